import Glibc

/// The destination of log lines: a file descriptor that is not this type's to close.
///
/// A line is one `write(2)`, which the kernel doesn't mix with another's, so threads need no lock between them. What
/// the descriptor doesn't take at once is dropped: a log that nobody reads must not stop the server, whose loops write
/// here. (A pipe that is ready takes 4096 bytes without waiting, pipe(7); a longer line goes in such pieces.)
struct LogSink: Sendable {
    let descriptor: CInt

    /// Standard error.
    static let standardError = LogSink(descriptor: STDERR_FILENO)

    /// A Boolean value that indicates whether a person looks at it.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    private var isReady: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) == 1
    }

    /// Writes a line.
    func write(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                guard isReady else { return }
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(4096))
                let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
