/// The carrier of requests to the provider: bounded in time and size, without following redirects.
public protocol ProviderTransport: Sendable {
    /// Sends a request and waits for the whole answer.
    /// - Throws: `ProviderUnreachable`.
    func send(_ request: ProviderRequest) async throws(ProviderUnreachable) -> ProviderResponse
}

/// No answer came: why, for a log, without URLs' queries or credentials.
public struct ProviderUnreachable: Error, Sendable, Hashable {
    /// The reason.
    public let reason: String

    /// With a reason.
    public init(reason: String) {
        self.reason = reason
    }
}

/// A request to the provider: GET, or POST of a form where it has a body.
public struct ProviderRequest: Sendable, Hashable {
    /// A header field.
    public struct Field: Sendable, Hashable {
        /// The name.
        public let name: String
        /// The value.
        public let value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The document or endpoint that is asked.
    public let endpoint: OIDCError.Endpoint
    /// The address.
    public let url: String
    /// Header fields.
    public let fields: [Field]
    /// The form; nil makes it a GET.
    public let body: [UInt8]?

    static func get(_ endpoint: OIDCError.Endpoint, _ url: String, bearer: String? = nil) -> ProviderRequest {
        var fields = [Field("Accept", endpoint == .userInfo ? "application/json, application/jwt" : "application/json")]
        // Capitalised: Ipsilon takes no other spelling.
        if let bearer { fields.append(Field("Authorization", "Bearer \(bearer)")) }
        return ProviderRequest(endpoint: endpoint, url: url, fields: fields, body: nil)
    }

    static func post(
        _ endpoint: OIDCError.Endpoint, _ url: String, form: FormEncoder, fields: [Field]
    ) -> ProviderRequest {
        let common = [Field("Accept", "application/json"), Field("Content-Type", "application/x-www-form-urlencoded")]
        return ProviderRequest(endpoint: endpoint, url: url, fields: common + fields, body: Array(form.text.utf8))
    }
}

/// The provider's answer. Media types are not looked at: Ipsilon labels HTML as JSON.
public struct ProviderResponse: Sendable, Hashable {
    /// Three digits.
    public let status: Int
    /// The body.
    public let body: [UInt8]

    /// An answer.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// Reads a response: an error wherever there is one, for Ipsilon sends errors with status 200.
    enum Content {
        case object([String: JSONValue])
        case error(code: String)
        case nothing(reason: String)
    }

    /// The text of an answer that is a signed JWT and not JSON, by its look: three parts, the first of which is a JSON
    /// object in base64url.
    var compactJWT: String? {
        guard status == 200, body.count <= IDToken.maximumCount, body.starts(with: "eyJ".utf8) else { return nil }
        let text = String(decoding: body.filter { $0 > 0x20 }, as: UTF8.self)
        return text.split(separator: ".", omittingEmptySubsequences: false).count == 3 ? text : nil
    }

    var content: Content {
        guard let members = JSONValue.object(in: body) else {
            return .nothing(reason: "status \(status) without a JSON object")
        }
        if let error = members["error"] { return .error(code: OIDCError.word(error.text ?? "")) }
        guard status == 200 else { return .nothing(reason: "status \(status)") }
        return .object(members)
    }
}
