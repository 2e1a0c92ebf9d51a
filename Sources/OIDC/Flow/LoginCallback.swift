import Cryptography

/// The parameters with which the provider sent the person back (RFC 6749 section 4.1.2, RFC 9207).
public struct LoginCallback: Sendable, Hashable {
    enum Outcome: Sendable, Hashable {
        case code(String)
        case error(code: String)
    }

    /// The state, as it came.
    public let state: String
    let outcome: Outcome
    let issuer: String?

    /// Reads a callback's query, without its question mark.
    public init(query: some Collection<UInt8>) throws(OIDCError) {
        guard query.count <= 8192, let fields = FormDecoder.decode(query, limit: 32) else {
            throw .badCallback(reason: "the query is no form")
        }
        let state = try Self.single("state", in: fields)
        let code = try Self.single("code", in: fields)
        let error = try Self.single("error", in: fields)
        issuer = try Self.single("iss", in: fields)
        guard let state, !state.isEmpty, state.utf8.count <= 256 else { throw .badCallback(reason: "no state") }
        self.state = state
        switch (code, error) {
        case (nil, let error?): outcome = .error(code: OIDCError.word(error))
        case (let code?, nil) where !code.isEmpty && code.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }):
            outcome = .code(code)
        default: throw .badCallback(reason: "neither one code nor one error")
        }
    }

    /// Checks that it answers this attempt, and that it brings a code. Asks nobody.
    func check(_ attempt: LoginAttempt) throws(OIDCError) {
        guard constantTimeEqual(Array(state.utf8), Array(attempt.state.utf8)) else { throw .stateMismatch }
        if case .error(let code) = outcome { throw .refused(code: code) }
    }

    private static func single(_ name: String, in fields: [(name: String, value: String)]) throws(OIDCError) -> String?
    {
        let values = fields.filter { $0.name == name }
        guard values.count < 2 else { throw .badCallback(reason: "\(name) more than once") }
        return values.first?.value
    }
}
