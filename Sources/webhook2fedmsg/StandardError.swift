import Glibc

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
            guard TokenCommandOutput.write(piece, to: STDERR_FILENO) == nil else { return }
            rest = rest.dropFirst(piece.count)
        }
    }
}
