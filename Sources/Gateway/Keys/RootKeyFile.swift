import Cryptography
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
