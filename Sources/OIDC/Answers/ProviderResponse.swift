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
