import Glibc

/// Where log lines go: a file descriptor that is not this type's to close.
///
/// A line is one `write(2)`, which the kernel doesn't mix with another's, so threads need no lock between them. A line
/// that the descriptor doesn't take is dropped: a log that nobody reads must not stop the server.
struct LogSink: Sendable {
    let descriptor: CInt

    /// Standard error.
    static let standardError = LogSink(descriptor: STDERR_FILENO)

    /// Whether a person looks at it.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes a line.
    func write(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
