import Glibc

/// The owner and the mode of a key's file, and what they say about who else may know the key or put another in its
/// place.
struct KeyFilePermissions: Hashable {
    /// The owner's number.
    let owner: UInt32
    /// The nine permission bits.
    let mode: UInt32
    /// A Boolean value that indicates whether the file lies where nobody can write, as containers are given their
    /// secrets.
    let isOnReadOnlyMount: Bool

    init(owner: UInt32, mode: UInt32, isOnReadOnlyMount: Bool) {
        self.owner = owner
        self.mode = mode & 0o777
        self.isOnReadOnlyMount = isOnReadOnlyMount
    }

    /// Those of an open file; nil if the system does not tell them.
    init?(descriptor: CInt) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        var system = statvfs()
        let isReadOnly = fstatvfs(descriptor, &system) == 0 && system.f_flag & UInt(ST_RDONLY) != 0
        self.init(owner: status.st_uid, mode: UInt32(status.st_mode), isOnReadOnlyMount: isReadOnly)
    }

    /// Those of a file; nil if it can't be opened, which whoever reads it tells.
    init?(path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        self.init(descriptor: descriptor)
    }

    /// The fault or remark.
    enum Finding: Hashable {
        /// Others may know the key, or change it: it must not be used.
        case mode
        /// Another user owns the file, and may change it: it must not be used.
        case owner
        /// It may be meant so, and is worth a word.
        case odd(String)
    }

    /// Returns the remarks on the file for a process of this user.
    func findings(user: UInt32 = geteuid()) -> [Finding] {
        var findings: [Finding] = []
        let isForeign = owner != 0 && owner != user
        if isForeign {
            findings.append(isOnReadOnlyMount ? .odd("belongs to another user (number \(owner))") : .owner)
        }
        // OpenShift and Kubernetes mount secrets so: root's, in a mount of their own that nobody can write to.
        let isMountedSecret = isOnReadOnlyMount && owner == 0 && mode & 0o133 == 0
        if mode & 0o022 != 0 || mode & 0o004 != 0 && !isMountedSecret {
            findings.append(.mode)
        } else if mode & 0o004 != 0 {
            findings.append(.odd("can be read by everybody who sees this mount"))
        } else if mode & 0o040 != 0 {
            findings.append(.odd("can be read by its group"))
        }
        return findings
    }

    /// Sentences on a file: what forbids its use, and what is only odd.
    func sentences(about file: String, user: UInt32 = geteuid()) -> (problems: [String], warnings: [String]) {
        var (problems, warnings): ([String], [String]) = ([], [])
        for finding in findings(user: user) {
            switch finding {
            case .mode:
                problems.append(
                    "\(file) can be read by everybody or changed by others (mode \(modeText)): chmod 600, and if others "
                        + "could read it, make a new key")
            case .owner:
                problems.append("\(file) belongs to another user (number \(owner)), who can change it: chown it")
            case .odd(let what):
                warnings.append("\(file) \(what); chmod 600 unless that is how it is given")
            }
        }
        return (problems, warnings)
    }

    private var modeText: String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

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
