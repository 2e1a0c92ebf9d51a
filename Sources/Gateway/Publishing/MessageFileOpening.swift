import Encodings
import FedoraMessaging
import Glibc

/// Opens and locks files of messages.
enum MessageFileOpening {
    /// A descriptor of the file at `path`, made if it isn't there, locked for this process alone.
    static func open(_ path: String) throws(FilePublisherError) -> CInt {
        // A file that is moved away between the two steps is locked in vain, so it is tried again.
        for _ in 0..<10 {
            if let descriptor = try attempt(path) { return descriptor }
        }
        throw FilePublisherError("\(path) is moved away again and again while it is opened")
    }

    private static func attempt(_ path: String) throws(FilePublisherError) -> CInt? {
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
