import CProcess
import Cryptography
import EventLoop

/// The keys derived from the root keys, one for each purpose.
///
/// Of several root keys one is current: new values are sealed under it. Which one that is, the database says
/// (``RootKeyTable``), for all replicas at once; the others are there for values that were not sealed anew yet.
public final class KeyRing: Sendable {
    /// The reason why a sealed value cannot be opened, or none can be sealed. Says nothing about its content.
    public enum Failure: Error, Hashable, CustomStringConvertible {
        /// The root key is not on the ring.
        case unknownKey(id: String)
        /// It was changed, or moved from another row or column.
        case notAuthentic(column: String)

        /// The failure, for a log.
        public var description: String {
            switch self {
            case .unknownKey(let id):
                """
                secrets in the database are sealed under another root key (its id is \(id)): name its file in \
                keys.root_key_file or keys.former_key_files
                """
            case .notAuthentic(let column): "a sealed value in \(column) was changed or comes from another place"
            }
        }
    }

    /// The keys derived from one root key.
    private struct Derived: Sendable {
        let sealing: ProtectedKey
        let cookies: ProtectedKey
        let lookup: HMACSHA256Key
        let checkValue: [UInt8]

        init(_ root: RootKey) throws {
            sealing = ProtectedKey(try root.derive(.sealing))
            cookies = ProtectedKey(try root.derive(.cookies))
            lookup = try HMACSHA256Key(root.derive(.lookup))
            checkValue = try root.derive(.check)
        }
    }

    /// For the tags in public ids. It outlives rotations.
    let idTags: HMACSHA256Key
    private let roots: [String: Derived]
    private let current: Locked<String>

    /// Derives the keys.
    ///
    /// - Parameters:
    ///   - root: The root key in use.
    ///   - former: Other root keys, for values that were not sealed anew yet.
    ///   - idTags: The key for the tags in public ids; that of `root` if nil.
    /// - Throws: `CryptographyError` if OpenSSL fails.
    public init(_ root: RootKey, former: [RootKey] = [], idTags: [UInt8]? = nil) throws {
        self.idTags = try HMACSHA256Key(idTags ?? root.derive(.idTags))
        var roots: [String: Derived] = [:]
        for key in former + [root] { roots[key.id] = try Derived(key) }
        self.roots = roots
        current = Locked(root.id)
    }

    /// The id of the root key that new values are sealed under.
    public var keyID: String { current.withLock { $0 } }

    /// The ids of all root keys on the ring, the current one first.
    public var keyIDs: [String] {
        let current = keyID
        return [current] + roots.keys.filter { $0 != current }.sorted()
    }

    /// The key that cookies are sealed with, AES-256-GCM, then those that older ones may be sealed with.
    public var cookieKeys: [[UInt8]] { keyIDs.compactMap { roots[$0]?.cookies.withBytes { $0 } } }

    /// Makes another root key of the ring the current one, because the database says so.
    ///
    /// - Throws: ``Failure`` `unknownKey`; then nothing changes.
    func adopt(_ keyID: String) throws(Failure) {
        guard roots[keyID] != nil else { throw .unknownKey(id: keyID) }
        current.withLock { if $0 != keyID { $0 = keyID } }
    }

    /// Returns the value by which the database recognizes a root key of the ring; nil if it is not on the ring.
    func checkValue(of keyID: String) -> [UInt8]? {
        roots[keyID]?.checkValue
    }

    /// Seals a value for its place in the database, under the current root key.
    ///
    /// In the transaction that stores it, ``RootKeyTable/adoptCurrent(_:on:)`` comes first: another process may have begun
    /// a rotation.
    public func seal(_ plaintext: [UInt8], for place: SealedPlace) throws -> SealedValue {
        let keyID = self.keyID
        guard let key = roots[keyID]?.sealing else { throw Failure.unknownKey(id: keyID) }
        let bytes = try key.withBytes { key in
            try AESGCM.seal(plaintext, key: key, associatedData: place.associatedData(keyID: keyID))
        }
        return SealedValue(keyID: keyID, bytes: bytes)
    }

    /// Opens what was sealed for this place, under any root key on the ring.
    ///
    /// - Throws: ``Failure``, or `CryptographyError`.
    public func open(_ sealed: SealedValue, for place: SealedPlace) throws -> [UInt8] {
        guard let key = roots[sealed.keyID]?.sealing else { throw Failure.unknownKey(id: sealed.keyID) }
        do {
            return try key.withBytes { key in
                try AESGCM.open(sealed.bytes, key: key, associatedData: place.associatedData(keyID: sealed.keyID))
            }
        } catch is AESGCM.Failure {
            throw Failure.notAuthentic(column: place.column)
        }
    }

    /// The hash by which a secret is found without storing it, under the current root key: 32 bytes, of no use without it.
    public func lookupHash(_ value: [UInt8]) -> [UInt8] {
        roots[keyID]?.lookup.authenticationCode(for: value[...]) ?? []
    }

    /// The hashes that a stored one may be equal to, the current root key's first: during a rotation, rows stand under
    /// several.
    public func lookupHashes(_ value: [UInt8]) -> [[UInt8]] {
        keyIDs.compactMap { roots[$0]?.lookup.authenticationCode(for: value[...]) }
    }
}

/// A secret as it stands in the database, and which root key it was sealed under.
public struct SealedValue: Sendable, Hashable {
    /// The id of the root key.
    public let keyID: String
    /// Nonce, ciphertext and tag, as ``AESGCM`` makes them.
    public let bytes: [UInt8]
}

/// The place of a sealed value. It opens there only: a value that someone copies to another row or column does not.
public struct SealedPlace: Sendable, Hashable {
    /// Table and column, as `token.secret`.
    let column: String
    /// The row's id.
    let row: String

    /// The bytes that are authenticated along with the value. The parts contain no zero byte, so the joined bytes are
    /// unambiguous.
    func associatedData(keyID: String) -> [UInt8] {
        Array("webhook2fedmsg sealed v1\0\(column)\0\(row)\0\(keyID)".utf8)
    }
}

/// The bytes of a key that is kept for as long as the process lives: in pages of their own, which are in no core dump and
/// not swapped out where the system allows that, and which are overwritten when the last owner is gone.
///
/// Whoever uses the key has a copy for the moment, which is overwritten as well.
final class ProtectedKey: @unchecked Sendable, Equatable {
    // Safe to share: the memory is written in `init` alone, and freed in `deinit`.
    private let memory: UnsafeMutableRawPointer
    private let count: Int
    private let isMapped: Bool

    init(_ bytes: [UInt8]) {
        count = bytes.count
        if let mapped = w2f_allocate_protected(UInt(max(1, bytes.count))) {
            memory = mapped
            isMapped = true
        } else {
            memory = .allocate(byteCount: max(1, bytes.count), alignment: 16)
            isMapped = false
        }
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { memory.copyMemory(from: start, byteCount: source.count) }
        }
    }

    deinit {
        if isMapped {
            w2f_free_protected(memory, UInt(max(1, count)))
        } else {
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: max(1, count))
            memory.deallocate()
        }
    }

    /// Calls `body` with a copy, which must not be kept.
    func withBytes<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result {
        var copy = [UInt8](UnsafeRawBufferPointer(start: memory, count: count))
        defer { SecureMemory.wipe(&copy) }
        return try body(copy)
    }

    static func == (left: ProtectedKey, right: ProtectedKey) -> Bool {
        left.withBytes { left in right.withBytes { constantTimeEqual(left, $0) } }
    }
}
