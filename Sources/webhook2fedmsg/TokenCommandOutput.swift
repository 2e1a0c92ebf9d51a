import Gateway
import Glibc

/// Where token commands print: results to standard output, everything else to standard error.
enum TokenCommandOutput {
    /// A result.
    static func result(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// A result as JSON, one line.
    static func json(_ value: some Encodable) throws {
        write(try TokenReport.json(value) + "\n", to: STDOUT_FILENO)
    }

    /// Something to know besides the result.
    static func note(_ text: String) {
        write("\(text)\n", to: STDERR_FILENO)
    }

    /// A question, or the rest of a line.
    static func prompt(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: CInt) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // Nobody reads it any more.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
