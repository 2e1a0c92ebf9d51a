/// A request to another server: GET, or POST where it has a body.
public struct ClientRequest: Sendable {
    /// An absolute `http://` or `https://` URL, percent-encoded.
    public var url: String
    /// Further header fields.
    public var fields: [ClientField]
    /// The body; `nil` makes it a GET.
    public var body: [UInt8]?
    /// Bytes that the answer's body may have; the client's own limit where nil.
    public var maxBodyBytes: Int?

    /// A GET.
    public static func get(_ url: String, fields: [ClientField] = []) -> ClientRequest {
        ClientRequest(url: url, fields: fields, body: nil)
    }

    /// A POST.
    public static func post(_ url: String, fields: [ClientField] = [], body: [UInt8]) -> ClientRequest {
        ClientRequest(url: url, fields: fields, body: body)
    }

    private init(url: String, fields: [ClientField], body: [UInt8]?) {
        self.url = url
        self.fields = fields
        self.body = body
    }

    /// The fault of the request; `nil` if it has none.
    var fault: String? {
        let scheme = url.prefix(8).lowercased()
        guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://") else {
            return "the URL is neither http:// nor https://"
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "the URL is not percent-encoded" }
        guard fields.allSatisfy(\.isSound) else { return "a header field has a byte that no field may have" }
        return nil
    }

    /// The URL's host, for messages; never its user, path or query.
    var host: String {
        guard let mark = url.firstRange(of: "://") else { return "" }
        let authority = url[mark.upperBound...].prefix { !"/?#".contains($0) }
        let start = authority.lastIndex(of: "@").map(authority.index(after:)) ?? authority.startIndex
        return String(authority[start...].prefix(255))
    }
}

/// The answer of another server. Redirects are answers like others: nothing is followed.
public struct ClientResponse: Sendable, Hashable {
    /// Three digits.
    public var status: Int
    /// The header fields in the order in which they came; values that are not UTF-8 are mended.
    public var fields: [ClientField]
    /// The body as it came.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, fields: [ClientField] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The value of the first field with this name, in any case.
    public func first(_ name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }
}

/// A header field of a request or an answer.
public struct ClientField: Sendable, Hashable {
    /// The name; compared without regard to case.
    public var name: String
    /// The value, without the blanks around it.
    public var value: String

    /// A field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// A Boolean value that indicates whether libcurl may be given the field: a name of RFC 9110's tokens, and a value
    /// that cannot end its line.
    var isSound: Bool {
        !name.isEmpty && name.utf8.allSatisfy(Self.isToken) && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
