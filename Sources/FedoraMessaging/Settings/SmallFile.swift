import Encodings
import Glibc

/// Reads files that are small by nature: settings, and secrets that are kept in a file.
package enum SmallFile {
    /// The reason why a file can't be read.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        /// A failure for this reason.
        package init(description: String) {
            self.description = description
        }
    }

    /// The bytes of the file at `path`.
    /// - Throws: ``Failure`` if it can't be opened or read, is no file, or has more than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        // A named pipe would have us wait for whoever writes to it, perhaps for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(description: "can't be opened: \(systemErrorText(errno))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw Failure(description: "can't be read: \(systemErrorText(errno))")
        }
        if let kind = kindOfSpecialFile(status.st_mode) {
            guard isInherited(path) || path == "/dev/null" else {
                throw Failure(description: "is \(kind): give the path of a regular file, or of a link to one")
            }
            // Whoever started us has its other end, and waits for us.
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(description: "can't be read: \(systemErrorText(errno))") }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: piece[..<count])
            guard bytes.count <= limit else {
                throw Failure(description: "has more than \(limit) bytes: is this the right file?")
            }
        }
    }

    /// Returns the name of what is neither a file nor a folder, which `read(2)` refuses itself.
    private static func kindOfSpecialFile(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG, S_IFDIR: nil
        case S_IFIFO: "a named pipe"
        case S_IFCHR, S_IFBLK: "a device"
        default: "no file"
        }
    }

    /// Returns a Boolean value that indicates whether the path names one of the descriptors that the process was started
    /// with: `/dev/stdin`, or the `/dev/fd/63` of a shell's `<(…)`.
    private static func isInherited(_ path: String) -> Bool {
        path == "/dev/stdin" || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/")
    }
}
