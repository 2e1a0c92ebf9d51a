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
