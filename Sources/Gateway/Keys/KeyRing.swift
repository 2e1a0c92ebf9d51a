import Cryptography

/// The keys derived from the root key, one for each purpose.
public final class KeyRing: Sendable {
    /// Why a sealed value cannot be opened. Says nothing about its content.
    public enum Failure: Error, Hashable, CustomStringConvertible {
        /// It was sealed under a root key that is not on the ring.
        case unknownKey(id: String)
        /// It was changed, or moved from another row or column.
        case notAuthentic(column: String)

        /// What went wrong, for a log.
        public var description: String {
            switch self {
            case .unknownKey(let id): "a secret in the database is sealed under another root key (\(id))"
            case .notAuthentic(let column): "a sealed value in \(column) was changed or comes from another place"
            }
        }
    }

    /// The id of the root key that new values are sealed under.
    public let keyID: String
    /// What the database keeps to recognise the root key by.
    let checkValue: [UInt8]
    /// For the tags in public ids.
    let idTags: HMACSHA256Key
    /// For cookies: AES-256-GCM.
    let cookies: [UInt8]
    private let lookup: HMACSHA256Key
    /// By root key id; values sealed under a former root key can still be opened.
    private let sealing: [String: [UInt8]]

    /// Derives the keys.
    ///
    /// - Parameters:
    ///   - root: The root key in use.
    ///   - former: Root keys that were in use, for values that were not sealed anew yet.
    /// - Throws: `CryptographyError` if OpenSSL fails.
    public init(_ root: RootKey, former: [RootKey] = []) throws {
        keyID = root.id
        checkValue = try root.derive(.check)
        idTags = try HMACSHA256Key(root.derive(.idTags))
        cookies = try root.derive(.cookies)
        lookup = try HMACSHA256Key(root.derive(.lookup))
        var sealing: [String: [UInt8]] = [:]
        for key in former + [root] { sealing[key.id] = try key.derive(.sealing) }
        self.sealing = sealing
    }

    /// Seals a value for its place in the database, under the current root key.
    public func seal(_ plaintext: [UInt8], for place: SealedPlace) throws -> SealedValue {
        guard let key = sealing[keyID] else { throw Failure.unknownKey(id: keyID) }
        let bytes = try AESGCM.seal(plaintext, key: key, associatedData: place.associatedData(keyID: keyID))
        return SealedValue(keyID: keyID, bytes: bytes)
    }

    /// Opens what was sealed for this place, under any root key on the ring.
    ///
    /// - Throws: ``Failure``, or `CryptographyError`.
    public func open(_ sealed: SealedValue, for place: SealedPlace) throws -> [UInt8] {
        guard let key = sealing[sealed.keyID] else { throw Failure.unknownKey(id: sealed.keyID) }
        do {
            return try AESGCM.open(
                sealed.bytes, key: key, associatedData: place.associatedData(keyID: sealed.keyID))
        } catch is AESGCM.Failure {
            throw Failure.notAuthentic(column: place.column)
        }
    }

    /// The hash by which a secret is found without storing it: 32 bytes, of no use without the root key.
    public func lookupHash(_ value: [UInt8]) -> [UInt8] {
        lookup.authenticationCode(for: value[...])
    }
}
