import Encodings
import Glibc

/// The system calls of a message file, so that tests can make them fail. Each returns like the call of its name, and
/// leaves the reason in `errno`.
struct FilePublisherCalls: Sendable {
    /// `write(2)`
    var write: @Sendable (CInt, UnsafeRawBufferPointer) -> Int
    /// `fdatasync(2)`
    var synchronize: @Sendable (CInt) -> CInt
    /// `ftruncate(2)`
    var truncate: @Sendable (CInt, Int) -> CInt
    /// The bytes that the file system has left for us, or `nil` if it doesn't tell.
    var free: @Sendable (CInt) -> UInt64?

    /// The system's own.
    static let system = FilePublisherCalls(
        write: { Glibc.write($0, $1.baseAddress, $1.count) },
        synchronize: { fdatasync($0) },
        truncate: { ftruncate($0, $1) },
        free: { descriptor in
            var info = statvfs()
            guard fstatvfs(descriptor, &info) == 0 else { return nil }
            return bytes(blocks: UInt64(info.f_bavail), size: UInt64(info.f_frsize))
        })

    /// Returns the bytes of so many blocks: some file systems, over a network or none, say that they have no end.
    static func bytes(blocks: UInt64, size: UInt64) -> UInt64 {
        let (bytes, overflows) = blocks.multipliedReportingOverflow(by: size)
        return overflows ? .max : bytes
    }

    /// Writes all bytes to a descriptor. Returns `false` if that fails.
    func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }
}

/// A file of messages, one line each, open for appending and locked against other processes. Belongs to one thread.
///
/// Every append ends with the bytes on the disk, or with the file as long as it was before.
struct MessageFile: ~Copyable {
    let path: String
    private let calls: FilePublisherCalls
    private let descriptor: CInt
    /// The length to which the file must be cut before it is written to, after a cut that failed.
    private var damagedAt: Int?

    /// The repair that was made when the file was opened, for the log, or `nil` if there was nothing to do.
    let repair: String?

    /// Opens the file at `path`, makes it if it isn't there (mode 0600), locks it, and repairs its last line.
    init(path: String, calls: FilePublisherCalls = .system) throws(FilePublisherError) {
        let opened = try Self.open(path)
        let repair: String?
        do throws(FilePublisherError) {
            repair = try MessageFileRepair(path: path, descriptor: opened, calls: calls).run()
        } catch {
            close(opened)
            throw error
        }
        self.path = path
        self.calls = calls
        self.repair = repair
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Appends whole lines and waits until the disk has them.
    /// - Returns: `nil` if it has, else the problem; then the file is as it was.
    mutating func append(_ bytes: [UInt8]) -> String? {
        if let damagedAt {
            guard cut(to: damagedAt) else { return failure("can't be repaired") }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return failure("can't be asked for its length") }
        // Not what was long ago: somebody may have emptied the file by hand.
        let length = Int(status.st_size)
        guard let problem = write(bytes) else { return nil }
        _ = cut(to: length)
        return problem
    }

    private func write(_ bytes: [UInt8]) -> String? {
        guard calls.writeAll(bytes, to: descriptor) else { return failure("can't be written to") }
        guard calls.synchronize(descriptor) == 0 else { return failure("can't be brought to the disk") }
        return nil
    }

    /// Cuts the file; one that is shorter already, because somebody emptied it meanwhile, stays as it is: to lengthen it
    /// would fill it with zeros.
    private mutating func cut(to length: Int) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            damagedAt = length
            return false
        }
        let isCut = Int(status.st_size) <= length || calls.truncate(descriptor, length) == 0
        damagedAt = isCut ? nil : length
        return isCut
    }

    private func failure(_ words: String) -> String {
        "the file of messages \(words): \(systemErrorText(errno))"
    }

    /// A Boolean value that indicates whether the path leads to another file than the open one, or to none: it was moved, as
    /// a log is, or deleted.
    var isMoved: Bool {
        var open = stat()
        var named = stat()
        guard fstat(descriptor, &open) == 0 else { return true }
        return stat(path, &named) != 0 || named.st_ino != open.st_ino || named.st_dev != open.st_dev
    }

    /// A Boolean value that indicates whether the open file has no name any more: what is written to it is lost when it is
    /// closed.
    var isDeleted: Bool {
        var status = stat()
        return fstat(descriptor, &status) != 0 || status.st_nlink == 0
    }

    /// Looks whether the next append may succeed, after one that failed. Returns `nil`, or what still speaks against it.
    mutating func probe() -> String? {
        if let damagedAt, !cut(to: damagedAt) { return failure("can't be repaired") }
        if let free = calls.free(descriptor), free < 1 << 20 {
            return "the file of messages can't be written to: no space left on the disk"
        }
        guard calls.synchronize(descriptor) == 0 else { return failure("can't be brought to the disk") }
        return nil
    }
}

/// Opening and locking.
extension MessageFile {
    /// Returns a descriptor of the file at `path`, made if it isn't there, locked for this process alone.
    private static func open(_ path: String) throws(FilePublisherError) -> CInt {
        // A file that is moved away between the two steps is locked in vain, so it is tried again.
        for _ in 0..<10 {
            if let descriptor = try openOnce(path) { return descriptor }
        }
        throw FilePublisherError("\(path) is moved away again and again while it is opened")
    }

    private static func openOnce(_ path: String) throws(FilePublisherError) -> CInt? {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            throw FilePublisherError("\(path) can't be opened for writing: \(systemErrorText(errno))")
        }
        var isOurs = false
        defer { if !isOurs { close(descriptor) } }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw FilePublisherError("\(path) is no regular file: messages can be kept only in one")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else {
                throw FilePublisherError("\(path) can't be locked: \(systemErrorText(errno))")
            }
            throw FilePublisherError(
                "\(path) is in use by another server: stop that one, or give this one a file of its own (broker.file)")
        }
        var named = stat()
        guard stat(path, &named) == 0, named.st_ino == status.st_ino, named.st_dev == status.st_dev else { return nil }
        try synchronizeFolder(of: path)
        isOurs = true
        return descriptor
    }

    /// Brings the file's name to the disk: a new file is not safe before that, whatever was synchronized in it.
    private static func synchronizeFolder(of path: String) throws(FilePublisherError) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FilePublisherError("\(folder) can't be opened: \(systemErrorText(errno))")
        }
        defer { close(descriptor) }
        // Some file systems can't synchronize folders, and say so with EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw FilePublisherError("\(folder) can't be brought to the disk: \(systemErrorText(errno))")
        }
    }
}
