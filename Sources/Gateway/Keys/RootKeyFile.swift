import Cryptography
import Database
import Encodings
import Glibc

/// The file that holds the root key.
public struct RootKeyFile: Sendable, Hashable {
    /// Longest file that is read; hexadecimal digits of the longest key, and room for line ends.
    static let maximumFileBytes = 4096

    /// The path of the file.
    public let path: String

    /// The file at `path`, whether it is there or not.
    public init(path: String) {
        self.path = path
    }

    /// The files named in `keys.former_key_files`, all of which must be there.
    static func readFormer(_ paths: [String]) throws(RootKeyError) -> [Content] {
        var contents: [Content] = []
        for path in paths {
            guard let content = try RootKeyFile(path: path).read() else { throw .missing(path: path, reason: .named) }
            contents.append(content)
        }
        return contents
    }

    /// A key that was read, and what its file's mode gives cause to say.
    public struct Content: Sendable {
        /// The key.
        public let key: RootKey
        /// Sentences for the log.
        public let warnings: [String]
    }

    /// Reads the key; `nil` if there is no such file.
    ///
    /// A file that everybody may read, that others than its owner may change, or that another user owns, is refused. One
    /// that its group may read is accepted with a warning, and so is one of root's in a read-only mount: that is how
    /// containers and systemd hand secrets to a process of another user.
    /// - Throws: ``RootKeyError``.
    public func read() throws(RootKeyError) -> Content? {
        // Non-blocking, so that a pipe in the file's place cannot stop the start for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("fstat") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        guard let permissions = KeyFilePermissions(descriptor: descriptor) else { throw failure("fstat") }
        let findings = permissions.findings()
        if findings.contains(.mode) { throw .tooOpen(path: path, mode: permissions.mode) }
        if findings.contains(.owner) { throw .foreignOwner(path: path, owner: permissions.owner) }

        var bytes = try readAll(descriptor)
        defer { SecureMemory.wipe(&bytes) }
        let warnings = permissions.sentences(about: "the root key at \(path)").warnings
        do {
            return Content(key: try RootKey(fileContent: bytes), warnings: warnings)
        } catch let problem as RootKeyFormatError {
            throw .invalid(path: path, problem)
        } catch {
            throw .unusable(path: path, reason: "\(error)")
        }
    }

    /// Makes a key and its file (mode 0600), complete and on disk before it is there under its name; if another process
    /// was faster, its key.
    ///
    /// - Throws: ``RootKeyError``.
    public func create() throws(RootKeyError) -> RootKey {
        var made: (key: RootKey, fileContent: [UInt8])
        let temporary: String
        do {
            made = try RootKey.generate()
            temporary = "\(path).\(Hex.encode(try SecureRandom.bytes(8)))"
        } catch {
            throw .unusable(path: path, reason: "\(error)")
        }
        defer { SecureMemory.wipe(&made.fileContent) }
        try write(made.fileContent, to: temporary)
        defer { unlink(temporary) }
        // A link fails if the name is taken, unlike a rename; and nobody ever sees half a key.
        guard link(temporary, path) == 0 else {
            let refusal = failure("link")
            if errno == EEXIST, let other = try read() { return other.key }
            throw refusal
        }
        try synchronizeFolder()
        return made.key
    }

    private func write(_ bytes: [UInt8], to temporary: String) throws(RootKeyError) {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create \(temporary)") }
        defer { close(descriptor) }
        FolderOwner.handOver(descriptor, in: FolderOwner.folder(of: path))
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            let error = failure("write \(temporary)")
            unlink(temporary)
            throw error
        }
    }

    private func synchronizeFolder() throws(RootKeyError) {
        let folder = FolderOwner.folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync \(folder)") }
    }

    private func readAll(_ descriptor: CInt) throws(RootKeyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.maximumFileBytes + 1)
        defer { SecureMemory.wipe(&bytes) }
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read")
            }
            filled += count
        }
        guard filled <= Self.maximumFileBytes else { throw .invalid(path: path, .tooLong) }
        return Array(bytes.prefix(filled))
    }

    private func failure(_ operation: String) -> RootKeyError {
        .system(path: path, operation: operation, errno: errno)
    }
}

/// The reason why there is no root key to work with. Each text says what to do next; none shows a key.
public enum RootKeyError: Error, Hashable, CustomStringConvertible {
    /// There is no file, and none may be made here.
    case missing(path: String, reason: MissingReason)
    /// The operating system refused an operation on the file.
    case system(path: String, operation: String, errno: CInt)
    /// The path is no plain file.
    case notAFile(path: String)
    /// Everybody may read the file, or others than its owner may change it. `mode` is the nine permission bits.
    case tooOpen(path: String, mode: UInt32)
    /// The file belongs to neither root nor the user that this process runs as.
    case foreignOwner(path: String, owner: UInt32)
    /// The file holds no key.
    case invalid(path: String, RootKeyFormatError)
    /// No keys can be made or derived: OpenSSL has no memory or no entropy.
    case unusable(path: String, reason: String)
    /// The database's current root key is another one, and is not among those that are there.
    case wrongKey(expected: String, found: String)
    /// The root key is one that was in use before, and the current one is not there.
    case formerKey(current: String, found: String, retiredAt: UnixTime)
    /// Secrets are still sealed under root keys that are not there: their ids.
    case stillInUse(keys: [String], secrets: Int)

    /// The reason why a key is not made automatically.
    public enum MissingReason: Sendable, Hashable {
        /// The database is shared, or the server is reachable from outside: each replica would make its own.
        case notStandalone
        /// The database was already made with a key, of this id.
        case databaseHasKey(String)
        /// `keys.former_key_files` names it.
        case named
    }

    /// The failure and its remedy.
    public var description: String {
        switch self {
        case .missing(let path, .notStandalone):
            """
            there is no root key at \(path). It is made by itself only with SQLite and a server that listens on \
            loopback. Make one with

                (umask 077; head -c 32 /dev/urandom | base64 > \(ShellText.path(path)))

            keep a copy in a safe place, and give every replica the same file
            """
        case .missing(let path, .databaseHasKey(let id)):
            """
            there is no root key at \(path), but the database was made with one (its id is \(id)). Put that file back \
            from its copy; without it the secrets in the database cannot be read
            """
        case .missing(let path, .named):
            """
            there is no root key at \(path), which keys.former_key_files names. Put the file there, or take its name out if \
            keys status says that nothing is sealed under it any more
            """
        case .system(let path, let operation, let errno):
            "the root key at \(path): \(operation): \(systemErrorText(errno))"
        case .notAFile(let path):
            "the root key at \(path) is no plain file"
        case .tooOpen(let path, let mode):
            """
            the root key at \(path) can be read by everybody or changed by others (mode \(octal(mode))). Run \
            chmod 600 \(ShellText.path(path)); if others could read it, make a new one
            """
        case .foreignOwner(let path, let owner):
            """
            the root key at \(path) belongs to another user (number \(owner)), who can change it. Run \
            chown root \(ShellText.path(path)), or give it to the user that this program runs as
            """
        case .invalid(let path, let problem):
            """
            the root key at \(path) \(problem). If no token was made yet, make a new one with \
            (umask 077; head -c 32 /dev/urandom | base64 > \(ShellText.path(path))); else put it back from its copy
            """
        case .unusable(let path, let reason):
            "the root key at \(path): \(reason)"
        case .wrongKey(let expected, let found):
            """
            this root key (its id is \(found)) is not the database's (\(expected)). Put that one in its place, or connect to \
            the database that belongs to this key. To put a new root key into use, name the file of the old one in \
            keys.former_key_files, and run keys rotate
            """
        case .formerKey(let current, let found, let retiredAt):
            """
            this root key (its id is \(found)) was in use until \(retiredAt); since then it is another one (\(current)). Put \
            that one in its place
            """
        case .stillInUse(let keys, let secrets):
            """
            \(secrets) secrets in the database are still sealed under \(keys.count == 1 ? "the root key" : "the root keys") \
            \(keys.joined(separator: ", ")). Name the file in keys.former_key_files, and run keys rotate, which seals them \
            anew; then the former key can go
            """
        }
    }

    private func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
