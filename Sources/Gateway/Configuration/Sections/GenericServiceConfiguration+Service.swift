import WebhookServices

extension GenericServiceConfiguration {
    /// Returns the fault of a key.
    struct Problem: Error {
        let key: String
        let message: String
    }

    /// The service of that name.
    func service(named name: String) throws(Problem) -> GenericService {
        var definition = GenericService.Definition(
            name: name, title: title.isEmpty ? name : title, signature: try signature())
        definition.event = try source("event", event)
        definition.deliveryID = try source("delivery_id", deliveryID)
        definition.repository = try path("repository", repository)
        definition.isPrivate = try path("private", isPrivate)
        for header in headers {
            let header = try Self.headerName(header, of: "headers")
            guard header != signatureHeader.lowercased(), !Self.secretHeaders.contains(header) else {
                throw Problem(key: "headers", message: "\"\(header)\" holds a secret, and messages are public")
            }
            definition.headers.append(header)
        }
        return GenericService(definition)
    }

    /// Headers that hold secrets, whoever sends them.
    private static let secretHeaders: Set<String> = [
        "authorization", "cookie", "proxy-authorization", "set-cookie", "x-gitlab-token", "x-hub-signature",
        "x-hub-signature-256", "webhook-signature",
    ]

    private func signature() throws(Problem) -> SignatureScheme {
        guard !signatureHeader.isEmpty else {
            throw Problem(key: "signature_header", message: "required: the header that holds the signature")
        }
        let header = try Self.headerName(signatureHeader, of: "signature_header")
        guard listSeparator.isEmpty || listSeparator.utf8.count == 1 else {
            throw Problem(key: "list_separator", message: "expected one ASCII character")
        }
        let parts = try parts()
        if !timestampHeader.isEmpty && !parts.contains(.timestamp) {
            throw Problem(
                key: "timestamp_header",
                message: "\"timestamp\" is not among the signed parts, so anybody could change it")
        }
        return SignatureScheme(
            header: header, parts: parts, algorithm: schemeAlgorithm, encoding: encoding == .hex ? .hex : .base64,
            prefix: prefix, listSeparator: listSeparator.first,
            timestamp: timestampHeader.isEmpty
                ? nil
                : SignatureScheme.Timestamp(
                    header: try Self.headerName(timestampHeader, of: "timestamp_header"),
                    tolerance: timestampTolerance.components.seconds,
                    unitsPerSecond: timestampUnit == .seconds ? 1 : 1000),
            secretEncoding: schemeSecretEncoding)
    }

    private var schemeAlgorithm: SignatureScheme.Algorithm {
        switch algorithm {
        case .sha256: .hmacSHA256
        case .sha384: .hmacSHA384
        case .sha512: .hmacSHA512
        }
    }

    private var schemeSecretEncoding: SecretEncoding {
        switch secretEncoding {
        case .plain: .plain
        case .hex: .hex
        case .base64: .base64
        case .standardWebhooks: .standardWebhooks
        }
    }

    /// The signed parts. What a sender can write into one must not pass for a piece of the next: only a literal keeps
    /// them apart, for a header that holds it is refused.
    private func parts() throws(Problem) -> [SignatureScheme.Part] {
        var parts: [SignatureScheme.Part] = []
        for text in signed {
            if text == "body" {
                parts.append(.body)
            } else if text == "timestamp" {
                guard !timestampHeader.isEmpty else {
                    throw Problem(key: "signed", message: "\"timestamp\" needs timestamp_header")
                }
                parts.append(.timestamp)
            } else if text.hasPrefix("header:") {
                parts.append(.header(try Self.headerName(String(text.dropFirst("header:".count)), of: "signed")))
            } else if text.hasPrefix("literal:"), text.utf8.count > "literal:".utf8.count {
                parts.append(.literal(String(text.dropFirst("literal:".count))))
            } else {
                throw Problem(
                    key: "signed",
                    message: "expected \"body\", \"timestamp\", \"header:NAME\" or \"literal:TEXT\", found \"\(text)\"")
            }
        }
        guard parts.count(where: { $0 == .body }) == 1 else {
            throw Problem(key: "signed", message: "\"body\" must be among the parts, once")
        }
        for (part, next) in zip(parts, parts.dropFirst()) where Self.canRunTogether(part, next) {
            throw Problem(
                key: "signed",
                message: "put a \"literal:…\" between the header and what follows: else a sender could shift "
                    + "the border between them")
        }
        return parts
    }

    private static func canRunTogether(_ part: SignatureScheme.Part, _ next: SignatureScheme.Part) -> Bool {
        switch (part, next) {
        case (.literal, _), (_, .literal): false
        // A timestamp is all digits, and a body ends and begins with a brace.
        case (.timestamp, .body), (.body, .timestamp): false
        default: true
        }
    }

    private func source(_ key: String, _ text: String) throws(Problem) -> GenericService.Source? {
        if text.isEmpty { return nil }
        if text.hasPrefix("header:") {
            return .header(try Self.headerName(String(text.dropFirst("header:".count)), of: key))
        }
        guard let path = Self.path(text) else {
            throw Problem(key: key, message: "expected \"header:NAME\" or \"body:PATH\", found \"\(text)\"")
        }
        return .body(path)
    }

    private func path(_ key: String, _ text: String) throws(Problem) -> String? {
        if text.isEmpty { return nil }
        guard let path = Self.path(text) else {
            throw Problem(key: key, message: "expected \"body:PATH\", found \"\(text)\"")
        }
        return path
    }

    private static func path(_ text: String) -> String? {
        guard text.hasPrefix("body:") else { return nil }
        let path = text.dropFirst("body:".count)
        let keys = path.split(separator: ".", omittingEmptySubsequences: false)
        return path.utf8.count <= 255 && keys.allSatisfy { !$0.isEmpty } ? String(path) : nil
    }

    /// The name in lower case (RFC 9110 section 5.6.2: a token).
    private static func headerName(_ text: String, of key: String) throws(Problem) -> String {
        let isToken = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        guard isToken, (1...128).contains(text.utf8.count) else {
            throw Problem(key: key, message: "expected the name of a header, found \"\(text)\"")
        }
        return text.lowercased()
    }
}
