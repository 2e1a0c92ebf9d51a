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
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(description: "can't be opened: \(systemErrorText(errno))") }
        defer { close(descriptor) }
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
}
