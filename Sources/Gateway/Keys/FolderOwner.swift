import Glibc

/// Gives what root makes in another user's folder to that user.
///
/// `sudo webhook2fedmsg token create` before the server's first start makes the database and the root key; as root's
/// own, the server could open neither.
enum FolderOwner {
    /// Hands over a file that this process has just made. Does nothing unless the process is root's and the folder is
    /// somebody else's; where it fails, the file stays root's.
    static func handOver(_ descriptor: CInt, in folder: String) {
        var status = stat()
        guard geteuid() == 0, stat(folder, &status) == 0, status.st_uid != 0 else { return }
        _ = fchown(descriptor, status.st_uid, status.st_gid)
    }

    /// Makes an empty file at `path` and hands it over, if there is none; only where that changes its owner.
    static func makeFile(_ path: String) {
        let folder = folder(of: path)
        var status = stat()
        guard geteuid() == 0, stat(folder, &status) == 0, status.st_uid != 0 else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        handOver(descriptor, in: folder)
        close(descriptor)
    }

    /// The folder that holds `path`.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
