import Database
import EventLoop
import Logging

/// How the root keys stand, for `keys status`: what the configuration gives, what the database needs, and how many secrets
/// stand under which key. Needs no key to be right, so that it can say what is wrong. Holds no key.
public struct KeyStatus: Sendable, Encodable {
    /// A file that the configuration names.
    public struct File: Sendable, Encodable {
        /// Its path.
        public let file: String
        /// Whether it is `keys.root_key_file`, rather than one of `keys.former_key_files`.
        public let isRoot: Bool
        /// The id of its root key; nil if it has none.
        public let id: String?
        /// Why it has none.
        public let problem: String?

        private enum CodingKeys: String, CodingKey {
            case file
            case isRoot = "root"
            case id
            case problem
        }

        /// Every key each time, `null` for what is not there.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(file, forKey: .file)
            try container.encode(isRoot, forKey: .isRoot)
            try container.encode(id, forKey: .id)
            try container.encode(problem, forKey: .problem)
        }
    }

    /// The secrets under one root key.
    public struct Sealed: Sendable, Encodable {
        /// The root key's id.
        public let key: String
        /// How many.
        public let secrets: Int
        /// The same by column.
        public let columns: [String: Int]
    }

    /// The id of the database's current root key; nil for a database that has none yet.
    public let current: String?
    /// Since when.
    public let since: String?
    /// The files of the configuration.
    public let files: [File]
    /// The secrets, by root key.
    public let sealed: [Sealed]
    /// What to do, in sentences; nothing if all is well.
    public let advice: [String]
    /// Whether a server with this configuration starts.
    public let isUsable: Bool

    private enum CodingKeys: String, CodingKey {
        case current
        case since
        case files
        case sealed
        case advice
        case isUsable = "usable"
    }

    /// Every key each time, `null` for what is not there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(current, forKey: .current)
        try container.encode(since, forKey: .since)
        try container.encode(files, forKey: .files)
        try container.encode(sealed, forKey: .sealed)
        try container.encode(advice, forKey: .advice)
        try container.encode(isUsable, forKey: .isUsable)
    }

    /// Looks at the files and the database of a configuration. Nothing is changed.
    ///
    /// - Throws: `DatabaseError`, also where the database is not up to date.
    public static func read(_ configuration: Configuration, loop: EventLoop, logger: Logger) async throws -> KeyStatus {
        let settings = try WorkspaceSettings(configuration)
        let database = try await settings.database.open(loop: loop, limits: settings.limits, logger: logger)
        let result: Result<KeyStatus, any Error>
        do {
            try await Migrator.verify(database, migrations: GatewaySchema.migrations)
            result = .success(try await read(settings, database))
        } catch {
            result = .failure(error)
        }
        await database.close()
        return try result.get()
    }

    static func read(_ settings: WorkspaceSettings, _ database: any Database) async throws -> KeyStatus {
        let files =
            [file(settings.rootKeyPath, isRoot: true)] + settings.formerKeyPaths.map { file($0, isRoot: false) }
        let entry = try await RootKeyTable.current(in: database)
        let counts = try await SealedColumn.counts(in: database)
        let sealed = counts.sorted { $0.key < $1.key }.map { keyID, columns in
            Sealed(key: keyID, secrets: columns.values.reduce(0, +), columns: columns)
        }
        let known = Set(files.compactMap(\.id))
        let needed = Set([entry?.keyID].compactMap { $0 } + counts.keys)
        return KeyStatus(
            current: entry?.keyID, since: entry?.at.description, files: files, sealed: sealed,
            advice: advice(files, current: entry?.keyID, sealed: Set(counts.keys)),
            isUsable: needed.isSubset(of: known) && files.allSatisfy { $0.id != nil })
    }

    private static func file(_ path: String, isRoot: Bool) -> File {
        do throws(RootKeyError) {
            if let content = try RootKeyFile(path: path).read() {
                return File(file: path, isRoot: isRoot, id: content.key.id, problem: nil)
            }
            return File(file: path, isRoot: isRoot, id: nil, problem: "there is no such file")
        } catch {
            return File(file: path, isRoot: isRoot, id: nil, problem: "\(error)")
        }
    }

    private static func advice(_ files: [File], current: String?, sealed: Set<String>) -> [String] {
        var advice: [String] = []
        let known = Set(files.compactMap(\.id))
        for keyID in sealed.union([current].compactMap { $0 }).subtracting(known).sorted() {
            advice.append("the root key \(keyID) is needed and not there: name its file in keys.former_key_files")
        }
        guard let current, known.contains(current) else { return advice }
        if let root = files.first(where: \.isRoot)?.id, root != current {
            advice.append("the root key \(root) is not in use yet: run keys rotate when all replicas have it")
        } else if !sealed.subtracting([current]).isEmpty {
            advice.append("not everything is sealed under the current root key: run keys rotate")
        }
        for file in files where !file.isRoot {
            if let id = file.id, id != current, !sealed.contains(id) {
                advice.append("nothing is sealed under the root key \(id) any more: \(file.file) can go")
            }
        }
        return advice
    }
}
