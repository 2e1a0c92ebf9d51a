import Database
import Encodings

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
