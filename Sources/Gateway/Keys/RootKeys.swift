import Cryptography
import Database

/// The root keys that the configuration gives, before it is known which of them is the database's current one.
struct RootKeys: Sendable {
    /// That of `keys.root_key_file`.
    let root: RootKey
    /// Those of `keys.former_key_files`.
    let former: [RootKey]

    /// Makes the ring, if these are the keys that the database needs; the first root key that a new database sees becomes its
    /// own.
    ///
    /// - Returns: The ring, and what there is to say of it, in sentences.
    /// - Throws: ``RootKeyError`` `wrongKey`, `formerKey` or `stillInUse`, ``KeyRing/Failure``, `DatabaseError`.
    func open(_ database: any Database) async throws -> (keys: KeyRing, notices: [String]) {
        let entry = try await RootKeyTable.claim(root.id, checkValue: root.derive(.check), in: database)
        let (current, counts) = try await check(entry, in: database)
        let others = ([root] + former).filter { $0 != current }
        let plain = try KeyRing(current, former: others)
        let idTags = try await KeptKey.idTags.value(root: current, keys: plain, in: database)
        return (try KeyRing(current, former: others, idTags: idTags), notices(current, counts))
    }

    /// Returns a Boolean value that indicates whether these are the keys that the database needs. Changes nothing.
    ///
    /// - Parameter entry: The database's current root key; nil for a database that has none, whose own `root` becomes.
    /// - Returns: The current one, and how many secrets that the server cannot do without stand under each.
    /// - Throws: ``RootKeyError`` `wrongKey`, `formerKey` or `stillInUse`, `DatabaseError`.
    func check(
        _ entry: RootKeyTable.Entry?, in database: any Database
    ) async throws -> (current: RootKey, counts: [String: [String: Int]]) {
        let current = try await current(entry, in: database)
        let counts = try await SealedColumn.counts(in: database, needed: true)
        try refuseMissing(counts, known: [root] + former)
        return (current, counts)
    }

    private func current(_ entry: RootKeyTable.Entry?, in database: any Database) async throws -> RootKey {
        guard let entry else { return root }
        if let current = ([root] + former).first(where: { $0.id == entry.keyID }),
            constantTimeEqual(entry.checkValue, try current.derive(.check))
        {
            return current
        }
        if let retired = try await RootKeyTable.former(root.id, in: database) {
            throw RootKeyError.formerKey(current: entry.keyID, found: root.id, retiredAt: retired.at)
        }
        throw RootKeyError.wrongKey(expected: entry.keyID, found: root.id)
    }

    private func refuseMissing(_ counts: [String: [String: Int]], known: [RootKey]) throws {
        let missing = counts.filter { keyID, _ in !known.contains { $0.id == keyID } }
        guard !missing.isEmpty else { return }
        throw RootKeyError.stillInUse(
            keys: missing.keys.sorted(), secrets: missing.values.reduce(0) { $0 + $1.values.reduce(0, +) })
    }

    private func notices(_ current: RootKey, _ counts: [String: [String: Int]]) -> [String] {
        if current != root {
            return [
                """
                the root key in keys.root_key_file (its id is \(root.id)) is not in use yet: run keys rotate when all \
                replicas have it
                """
            ]
        }
        let left = counts.filter { $0.key != current.id }.values.reduce(0) { $0 + $1.values.reduce(0, +) }
        return left == 0 ? [] : ["\(left) secrets are sealed under a former root key: run keys rotate"]
    }
}
