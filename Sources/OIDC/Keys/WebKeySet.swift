/// The provider's keys. What is no key, or of a kind unknown here, is passed over (RFC 7517 section 5).
struct WebKeySet: Sendable, Hashable {
    /// Most keys that are taken.
    static let maximumCount = 100

    let keys: [WebKey]

    init(_ response: ProviderResponse) throws(OIDCError) {
        switch response.content {
        case .object(let members):
            guard case .array(let items) = members["keys"] else { throw .malformed(.keys, reason: "no keys") }
            keys = items.prefix(Self.maximumCount).compactMap(WebKey.init)
        case .error(let code): throw .malformed(.keys, reason: code)
        case .nothing(let reason): throw .malformed(.keys, reason: reason)
        }
    }

    /// The result of a look-up.
    enum Answer: Hashable {
        case key(WebKey)
        /// None fits.
        case none
        /// Several fit, and nothing tells them apart.
        case several
    }

    /// The key for a token's header. Without a `kid`, only a single fitting key will do.
    func key(for identifier: String?, _ algorithm: SigningAlgorithm) -> Answer {
        let fitting = keys.filter { $0.fits(algorithm) && (identifier == nil || $0.identifier == identifier) }
        guard let first = fitting.first else { return .none }
        return Set(fitting).count == 1 ? .key(first) : .several
    }
}
