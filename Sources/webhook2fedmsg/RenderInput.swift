import Encodings
import Gateway
import Glibc

/// The input of `render`, as bytes.
enum RenderInput {
    /// All of standard input.
    ///
    /// - Throws: ``RenderError`` `bodyTooLarge` or `unreadable`.
    static func body(limit: Int) throws -> [UInt8] {
        if isatty(STDIN_FILENO) == 1 { StandardError.print("Type the webhook's body, and Ctrl-D at its end.") }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(STDIN_FILENO, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw RenderError.unreadable(systemErrorText(errno))
            }
            bytes += piece.prefix(count)
            guard bytes.count <= limit else { throw RenderError.bodyTooLarge(limit: limit) }
        }
    }
}
