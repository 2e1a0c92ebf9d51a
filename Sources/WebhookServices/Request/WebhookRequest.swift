import Encodings

/// A webhook as it came: what the services verify and read.
public struct WebhookRequest {
    /// The header fields.
    public var headers: any WebhookHeaders
    /// The exact bytes of the body, transfer coding removed.
    public var body: ArraySlice<UInt8>
    /// When it came, in seconds since 1970 UTC: signed timestamps are held against it.
    public var receivedAt: Int64
    /// The query of the URL as it came, without the question mark, of a GET that is a webhook
    /// (``WebhookService/isDelivery(query:)``); `nil` for a POST, whose query is nobody's.
    public var query: ArraySlice<UInt8>?
    /// The settings of the token, checked (``WebhookService/checkSettings(_:)``).
    public var settings: [String: String]
    /// A Boolean value that indicates whether it was sent to the token's own address, which nobody can guess. What has
    /// no other proof (``ProofKind/pathOnly``) verifies only then.
    public var isAtTokenAddress: Bool
    /// A Boolean value that indicates whether the token's owner wants private content published. What is never public
    /// stays out all the same.
    public var allowsPrivateContent: Bool

    /// A request. What is left out is what is the least trusted.
    public init(
        headers: any WebhookHeaders, body: ArraySlice<UInt8>, receivedAt: Int64, query: ArraySlice<UInt8>? = nil,
        settings: [String: String] = [:], isAtTokenAddress: Bool = false,
        allowsPrivateContent: Bool = false
    ) {
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
        self.query = query
        self.settings = settings
        self.isAtTokenAddress = isAtTokenAddress
        self.allowsPrivateContent = allowsPrivateContent
    }

    /// The kind of the body as the sender declares it.
    var contentKind: ContentKind { headers.contentKind ?? .json }

    /// The payload of a service that sends JSON, a form with a field `payload`, or a GET with that in its query.
    func formOrBody() throws(WebhookError) -> ArraySlice<UInt8> {
        if let query { return try FormBody(bytes: query).value(of: "payload")[...] }
        guard contentKind == .form else { return body }
        return try FormBody(bytes: body).value(of: "payload")[...]
    }
}

/// The header fields of a request, as the services read them.
///
/// Names are asked for in lower-case ASCII and found in any case. Values are bytes, as they came, without the blanks
/// around them.
public protocol WebhookHeaders {
    /// Returns the number of fields with that name.
    func count(of name: String) -> Int
    /// The value of the first of them.
    func first(_ name: String) -> ArraySlice<UInt8>?
    /// The values of all of them, in order.
    func values(_ name: String) -> [ArraySlice<UInt8>]
    /// The same, and whether another of them has another value. Two that say the same are as good as one.
    func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)?
}

extension WebhookHeaders {
    /// Takes any two for contradicting each other.
    public func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)? {
        first(name).map { ($0, count(of: name) > 1) }
    }

    /// The value of the first of them, or none.
    public func values(_ name: String) -> [ArraySlice<UInt8>] { first(name).map { [$0] } ?? [] }

    /// A Boolean value that indicates whether the sender says that the body is a form.
    public var sayForm: Bool { contentKind == .form }

    /// The kind of the body as the sender declares it; `nil` if that is not said. Several fields that mean the same are
    /// no contradiction, however they put it.
    var contentKind: ContentKind? {
        guard let found = find("content-type") else { return nil }
        guard found.isRepeated else { return found.value.isEmpty ? nil : ContentKind(mediaType: found.value) }
        let kinds = Set(values("content-type").filter { !$0.isEmpty }.map { ContentKind(mediaType: $0) })
        return kinds.count > 1 ? .other : kinds.first
    }

    /// The value of the first field with that name, unless it is empty: that says as little as none.
    func value(_ name: String) -> ArraySlice<UInt8>? {
        first(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value of a field that proves something: it must stand alone, even where another would say the same.
    func proof(_ name: String) -> ArraySlice<UInt8>? {
        count(of: name) == 1 ? value(name) : nil
    }

    /// The value of a field that must be there, not be empty, and not be contradicted by another of its name.
    ///
    /// - Throws: ``WebhookError/missingHeader(_:)`` or ``WebhookError/duplicateHeader(_:)``.
    func single(_ name: String) throws(WebhookError) -> ArraySlice<UInt8> {
        guard let found = find(name), !found.value.isEmpty else { throw .missingHeader(name) }
        guard !found.isRepeated else { throw .duplicateHeader(name) }
        return found.value
    }

    /// The value of a field that must stand exactly once or, if it is empty or not there, of another one.
    ///
    /// - Throws: ``WebhookError/missingHeader(_:)`` of the first, or ``WebhookError/duplicateHeader(_:)``.
    func single(_ name: String, or other: String) throws(WebhookError) -> ArraySlice<UInt8> {
        let saysNothing = find(name).map { $0.value.isEmpty && !$0.isRepeated } ?? true
        return try single(saysNothing && count(of: other) > 0 ? other : name)
    }
}

/// The kind of a body, by its Content-Type (RFC 9110 section 8.3).
enum ContentKind: Hashable {
    /// JSON, or not said.
    case json
    /// `application/x-www-form-urlencoded`.
    case form
    /// Anything else.
    case other

    /// Reads a field value; parameters after the semicolon do not count.
    init(mediaType value: ArraySlice<UInt8>) {
        let type = value.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        if Self.matches(type, "application/json") || Self.matches(type, "text/json") {
            self = .json
        } else if Self.matches(type, "application/x-www-form-urlencoded") {
            self = .form
        } else if Self.matches(type.prefix(12), "application/"), Self.matches(type.dropFirst(12).suffix(5), "+json") {
            self = .json
        } else {
            self = .other
        }
    }

    /// Returns a Boolean value that indicates whether the bytes are `name`, which is in lower case, in any case.
    private static func matches(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        name.withUTF8Buffer { name in
            bytes.count == name.count
                && zip(bytes, name).allSatisfy { ($0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) == $1 }
        }
    }
}

/// A body in `application/x-www-form-urlencoded` (WHATWG URL standard section 5), read strictly: a half escape is an
/// error here and not text.
struct FormBody {
    var bytes: ArraySlice<UInt8>

    /// The decoded value of the field that must stand exactly once; other fields are passed over.
    ///
    /// - Throws: ``WebhookError/invalidForm(_:)``.
    func value(of name: String) throws(WebhookError) -> [UInt8] {
        let wanted = Array(name.utf8)
        var found: ArraySlice<UInt8>?
        var rest = bytes
        while !rest.isEmpty {
            let pair = rest.prefix { $0 != UInt8(ascii: "&") }
            rest = rest[pair.endIndex...].dropFirst()
            let key = pair.prefix { $0 != UInt8(ascii: "=") }
            guard try Self.decode(key) == wanted else { continue }
            guard found == nil else { throw .invalidForm("the form has the field \(name) more than once") }
            found = pair[key.endIndex...].dropFirst()
        }
        guard let found else { throw .invalidForm("the form has no field \(name)") }
        return try Self.decode(found)
    }

    /// Returns a Boolean value that indicates whether a field of that name is there, readable or not.
    func hasField(_ name: String) -> Bool {
        let wanted = Array(name.utf8)
        return bytes.split(separator: UInt8(ascii: "&")).contains { pair in
            (try? Self.decode(pair.prefix { $0 != UInt8(ascii: "=") })) == wanted
        }
    }

    private static func decode(_ text: ArraySlice<UInt8>) throws(WebhookError) -> [UInt8] {
        guard let decoded = PercentEncoding.decode(text.span, plusIsBlank: true) else {
            throw .invalidForm("the form has an incomplete % escape")
        }
        return decoded
    }
}

/// The reason why an authentic webhook cannot become a message. Each is the sender's to mend; none holds anything of
/// the payload or of a header's value.
public enum WebhookError: Error, Hashable, CustomStringConvertible {
    /// A header that the message's schema requires is missing or empty. Its name.
    case missingHeader(String)
    /// A header that must stand once stands more often. Its name.
    case duplicateHeader(String)
    /// The form that should hold the payload does not. What is wrong with it.
    case invalidForm(String)
    /// A Content-Type that the service does not send.
    case unsupportedMediaType
    /// The payload is not an object in JSON within the limits.
    case json(JSONError)

    /// The HTTP status of the answer.
    public var status: Int {
        switch self {
        case .unsupportedMediaType: 415
        case .json(.tooLarge): 413
        case .json(.outOfMemory): 503
        default: 400
        }
    }

    /// A stable word for programs.
    public var code: String {
        switch self {
        case .missingHeader: "missing_header"
        case .duplicateHeader: "duplicate_header"
        case .invalidForm: "invalid_form"
        case .unsupportedMediaType: "unsupported_media_type"
        case .json(.tooLarge): "payload_too_large"
        case .json(.outOfMemory): "unavailable"
        case .json: "invalid_payload"
        }
    }

    /// Advice for people.
    public var description: String {
        switch self {
        case .missingHeader(let name): "the header \(name) is missing"
        case .duplicateHeader(let name): "the header \(name) appears more than once"
        case .invalidForm(let reason): reason
        case .unsupportedMediaType: "the content type is neither JSON nor a form that this service sends"
        case .json(let error): error.description
        }
    }
}
