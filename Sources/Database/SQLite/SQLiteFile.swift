import CSQLite
import Encodings
import EventLoop
import Glibc

/// A database's file: makes it, for its owner only, and says what is wrong with it and its folder.
enum SQLiteFile {
    /// Closing a descriptor of a file drops all locks that this process has on it, those of another connection too
    /// (POSIX). The file is only opened here if it was not there, and one at a time, so that no other connection of this
    /// process can have a lock on it yet.
    /// It counts the files that were made; the thread sanitizer sees races on a lock without a value.
    private static let creation = Locked(0)

    /// Makes an empty file with the mode 0600, if there is none: SQLite alone would make it readable for all. Its
    /// `-wal` and `-shm` files get the same mode from SQLite.
    static func createIfMissing(_ path: String) throws(DatabaseError) {
        let status: CInt = creation.withLock { made in
            let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { return errno }
            close(descriptor)
            made += 1
            return 0
        }
        guard status == 0 || status == EEXIST else {
            throw DatabaseError(status == ENOSPC || status == EDQUOT ? .full : .configuration, refusal(status, path))
        }
    }

    private static func refusal(_ status: CInt, _ path: String) -> String {
        let remedy =
            switch status {
            case ENOENT: "the folder \(folder(of: path)) is not there: make it, for the user that the server runs as"
            case ENOTDIR: "a part of its path is no folder"
            case EACCES, EPERM: notWritable(path)
            case EROFS: readOnly(path)
            case ENOSPC, EDQUOT: diskFull(path)
            case ELOOP: "it is a symbolic link to nothing: make the file, or name another"
            default: systemErrorText(status)
            }
        return "the database \(path) cannot be made: \(remedy)"
    }

    /// Returns advice about an error of SQLite's that the file or its folder causes; `nil` for others.
    /// - Parameter status: SQLite's extended result code.
    static func remedy(_ status: CInt, _ path: String) -> String? {
        switch status & 0xff {
        case SQLITE_FULL:
            return diskFull(path)
        case SQLITE_NOTADB:
            return "\(path) is no database of SQLite's: name another file, or move it away, and it is made anew"
        case SQLITE_CORRUPT:
            return "\(path) is damaged: stop the server, and restore a backup together with its root key"
        case SQLITE_BUSY, SQLITE_LOCKED:
            return "another process holds the lock of \(path): end it (fuser \(path) names it), or raise "
                + "database.busy_timeout"
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_IOERR:
            return trouble(path)
        default:
            return nil
        }
    }

    /// Returns the reason why a file cannot be opened or written, as far as that shows.
    private static func trouble(_ path: String) -> String? {
        let folder = folder(of: path)
        var status = stat()
        guard stat(folder, &status) == 0 else { return "the folder \(folder) is not there" }
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return "\(path) is a folder: name a file" }
        if access(folder, W_OK) != 0 { return errno == EROFS ? readOnly(path) : notWritable(path) }
        for file in [path, path + "-wal", path + "-shm"] where access(file, F_OK) == 0 && access(file, R_OK | W_OK) != 0
        {
            return errno == EROFS
                ? readOnly(path)
                : "\(file) cannot be written by the user with the number \(geteuid()): give it to that user"
        }
        var space = statvfs()
        if statvfs(folder, &space) == 0, space.f_bavail == 0 { return diskFull(path) }
        return nil
    }

    private static func notWritable(_ path: String) -> String {
        "the folder \(folder(of: path)) cannot be written by the user with the number \(geteuid()): give it to that user "
            + "(SQLite makes files beside the database)"
    }

    private static func readOnly(_ path: String) -> String {
        "the folder \(folder(of: path)) is in a file system that is mounted read-only: mount it for writing, or name "
            + "another folder"
    }

    private static func diskFull(_ path: String) -> String {
        "the disk that holds \(folder(of: path)) is full: make room there"
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// The files of an open database, as they were when it was opened: by device and inode, which a file keeps and another
/// one does not have while this one is open. And when its bytes were last changed, for a copy may be written over the file.
struct SQLiteFileIdentity {
    private struct Place: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    /// When a file was last written, in nanoseconds, and its bytes.
    private struct Content: Equatable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int
    }

    private let path: String
    private let file: Place
    private var content: Content
    /// The log beside it, which SQLite keeps for as long as anybody has the database open.
    private var log: Place?

    /// - Returns: nil if the file is gone already.
    init?(_ path: String) {
        guard let (file, content) = Self.look(path) else { return nil }
        self.path = path
        self.file = file
        self.content = content
    }

    /// The file that is at a path now; nil if there is none.
    private static func look(_ path: String) -> (Place, Content)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (
            Place(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)),
            Content(
                seconds: Int(status.st_mtim.tv_sec), nanoseconds: Int(status.st_mtim.tv_nsec),
                size: Int(status.st_size))
        )
    }

    /// - Parameter isOurs: Whether this connection has written to the file itself since the last look, which it does only
    ///   when it moves the log's pages there.
    /// - Returns: Whether somebody else has: another process moved the log's pages, or wrote a copy over the file.
    /// - Throws: `DatabaseError` with the code `replaced` if other files are in their places by now, or nothing is left.
    mutating func check(isOurs: Bool) throws(DatabaseError) -> Bool {
        guard let (file, content) = Self.look(path) else { throw .fileReplaced(path, "was removed") }
        guard file == self.file else { throw .fileReplaced(path, "was replaced by another file") }
        guard content.size > 0 || self.content.size == 0 else { throw .fileReplaced(path, "was emptied") }
        let log = Self.look(path + "-wal")?.0
        if self.log == nil { self.log = log }
        guard log == self.log else {
            throw .fileReplaced(path + "-wal", log == nil ? "was removed" : "was replaced by another file")
        }
        guard content != self.content else { return false }
        self.content = content
        return !isOurs
    }
}

extension DatabaseError {
    static func fileReplaced(_ path: String, _ event: String) -> DatabaseError {
        DatabaseError(
            .replaced,
            "\(path) \(event) while the database was open, and nothing of it counts any more: put the file back, or "
                + "restart the server to go on with what is there now")
    }
}
