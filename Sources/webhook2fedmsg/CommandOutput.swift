import Encodings
import Gateway
import Glibc

/// The output of commands: results to standard output, questions to standard error.
enum CommandOutput {
    /// A result.
    ///
    /// - Throws: ``CommandFailure`` if it could not be written: then the command has failed.
    static func result(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// A result as JSON, one line.
    static func json(_ value: some Encodable) throws {
        try result(try TokenReport.json(value) + "\n")
    }

    /// A result as it is.
    static func write(_ bytes: [UInt8]) throws {
        guard let problem = write(bytes, to: STDOUT_FILENO) else { return }
        let reason = systemErrorText(problem)
        throw CommandFailure(description: "can't write the result to standard output: \(reason)")
    }

    /// A question, or the rest of a line.
    static func prompt(_ text: String) {
        write(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Writes all bytes.
    /// - Returns: `errno`; nil if all was written.
    @discardableResult
    fileprivate static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count == 0 || errno != EINTR {
                return count == 0 ? EIO : errno
            }
        }
        return nil
    }
}

/// A failure with a text of its own.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

/// The output of problems for the person at the terminal. Nobody may be there, nobody may read, or the disk may be
/// full: what cannot be written is dropped, and nothing ends or waits for it.
enum StandardError {
    /// The time that a pipe that is full may take, in milliseconds.
    private static let patience: CInt = 1000

    /// Writes one line.
    static func print(_ line: String) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            var entry = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
            guard poll(&entry, 1, patience) == 1 else { return }
            // A pipe that is ready takes so much without waiting (pipe(7)).
            let piece = Array(rest.prefix(4096))
            guard CommandOutput.write(piece, to: STDERR_FILENO) == nil else { return }
            rest = rest.dropFirst(piece.count)
        }
    }
}
