import Database
import EventLoop
import Glibc
import Logging

/// The state of the root keys, for `keys status`: what the configuration gives, what the database needs, and how many
/// secrets stand under which key. Needs no key to be right, so that it can say what is wrong. Holds no key.
public struct KeyStatus: Sendable, Encodable {
    /// A file that the configuration names.
    public struct File: Sendable, Encodable {
        /// Its path.
        public let file: String
        /// A Boolean value that indicates whether it is `keys.root_key_file`, rather than one of
        /// `keys.former_key_files`.
        public let isRoot: Bool
        /// The id of its root key; nil if it has none.
        public let id: String?
        /// The reason why it has none.
        public let problem: String?

        static let missing = "there is no such file"
        var isMissing: Bool { problem == Self.missing }

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
        /// The number of secrets.
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
    /// Advice, in sentences; empty if all is well.
    public let advice: [String]
    /// A Boolean value that indicates whether a server with this configuration starts.
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

    /// Looks at the files and the database of a configuration. Nothing is changed: no database is made, either.
    ///
    /// - Throws: `DatabaseError`, also where the database is not up to date.
    public static func read(_ configuration: Configuration, loop: EventLoop, logger: Logger) async throws -> KeyStatus {
        try await read(StorageSettings(configuration), loop: loop, logger: logger)
    }

    static func read(_ settings: StorageSettings, loop: EventLoop, logger: Logger) async throws -> KeyStatus {
        if case .sqlite(.file(let path)) = settings.database, access(path, F_OK) != 0, errno == ENOENT {
            return new(settings, "there is no database at \(path) yet: the server makes it")
        }
        let database = try await settings.database.open(
            loop: loop, limits: settings.limits, isReadOnly: true, logger: logger)
        let result: Result<KeyStatus, any Error>
        do {
            result = .success(try await read(settings, database))
        } catch {
            result = .failure(error)
        }
        await database.close()
        return try result.get()
    }

    static func read(_ settings: StorageSettings, _ database: any Database) async throws -> KeyStatus {
        let pending = try await Migrator.pending(database, migrations: GatewayMigrations.all)
        if pending.count == GatewayMigrations.all.count {
            return new(settings, "the database has no tables yet: the server makes them")
        }
        try await Migrator.verify(database, migrations: GatewayMigrations.all)
        let files = KeyFiles(settings)
        let entry = try await RootKeyTable.current(in: database)
        let counts = try await SealedColumn.counts(in: database)
        let sealed = counts.sorted { $0.key < $1.key }.map { keyID, columns in
            Sealed(key: keyID, secrets: columns.values.reduce(0, +), columns: columns)
        }
        let needed = Set(try await SealedColumn.counts(in: database, needed: true).keys)
        var isUsable = files.areComplete(isNew: entry == nil, settings)
        var advice = advice(files.all, current: entry?.keyID, needed: needed, sealed: Set(counts.keys))
        do {
            // As the server does at its start.
            if let keys = files.keys {
                _ = try await keys.check(entry, in: database)
            } else if !needed.isEmpty {
                isUsable = false
            }
        } catch let error as RootKeyError {
            isUsable = false
            if advice.isEmpty { advice.append("\(error)") }
        }
        return KeyStatus(
            current: entry?.keyID, since: entry?.at.description, files: files.all, sealed: sealed,
            advice: files.remarks(isNew: entry == nil, settings) + advice, isUsable: isUsable)
    }

    private static func new(_ settings: StorageSettings, _ remark: String) -> KeyStatus {
        let files = KeyFiles(settings)
        return KeyStatus(
            current: nil, since: nil, files: files.all, sealed: [],
            advice: [remark] + files.remarks(isNew: true, settings),
            isUsable: files.areComplete(isNew: true, settings))
    }

    private static func advice(
        _ files: [File], current: String?, needed: Set<String>, sealed: Set<String>
    ) -> [String] {
        var advice: [String] = []
        let known = Set(files.compactMap(\.id))
        for keyID in needed.union([current].compactMap { $0 }).subtracting(known).sorted() {
            advice.append("the root key \(keyID) is needed and not there: name its file in keys.former_key_files")
        }
        for keyID in sealed.subtracting(needed).subtracting([current].compactMap { $0 }).subtracting(known).sorted() {
            advice.append("sessions under the root key \(keyID), which is not there, end at their next refresh")
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

extension KeyStatus {
    /// The status for people.
    public var text: String {
        var lines = ["current root key  \(current ?? "none yet")\(since.map { ", since \($0)" } ?? "")"]
        for file in files {
            let name = file.isRoot ? "root_key_file     " : "former_key_files  "
            lines.append("\(name)\(file.id ?? file.problem ?? "unreadable")  \(file.file)")
        }
        for group in sealed {
            let columns = group.columns.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("sealed under      \(group.key)  \(group.secrets) (\(columns.joined(separator: ", ")))")
        }
        lines += advice.map { "note              \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// The files of root keys that a configuration names, read as the server reads them at its start.
struct KeyFiles {
    /// All of them, the one of `keys.root_key_file` first.
    let all: [KeyStatus.File]
    /// The keys in the files; nil unless all hold a key.
    let keys: RootKeys?

    init(_ settings: StorageSettings) {
        let root = Self.read(settings.rootKeyPath, isRoot: true)
        let former = settings.formerKeyPaths.map { Self.read($0, isRoot: false) }
        all = [root.file] + former.map(\.file)
        let formerKeys = former.compactMap(\.key)
        keys = root.key.flatMap { formerKeys.count == former.count ? RootKeys(root: $0, former: formerKeys) : nil }
    }

    /// Returns a Boolean value that indicates whether the server gets by with what is there.
    /// - Parameter isNew: whether the database has no root key yet: then one may be made.
    func areComplete(isNew: Bool, _ settings: StorageSettings) -> Bool {
        all.allSatisfy { $0.id != nil || isMade($0, isNew, settings) }
    }

    /// Returns the server's way with a missing file, in sentences.
    func remarks(isNew: Bool, _ settings: StorageSettings) -> [String] {
        all.filter { isMade($0, isNew, settings) }.map { "there is no root key at \($0.file) yet: the server makes it" }
    }

    private func isMade(_ file: KeyStatus.File, _ isNew: Bool, _ settings: StorageSettings) -> Bool {
        isNew && file.isRoot && file.isMissing && settings.isStandalone
    }

    private static func read(_ path: String, isRoot: Bool) -> (file: KeyStatus.File, key: RootKey?) {
        do throws(RootKeyError) {
            guard let content = try RootKeyFile(path: path).read() else {
                return (KeyStatus.File(file: path, isRoot: isRoot, id: nil, problem: KeyStatus.File.missing), nil)
            }
            return (KeyStatus.File(file: path, isRoot: isRoot, id: content.key.id, problem: nil), content.key)
        } catch {
            return (KeyStatus.File(file: path, isRoot: isRoot, id: nil, problem: "\(error)"), nil)
        }
    }
}
