import EventLoop
import Glibc

/// Makes a database's file, for its owner only.
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
            throw DatabaseError(
                .configuration, "the database \(path) cannot be made: \(String(cString: strerror(status)))")
        }
    }
}
