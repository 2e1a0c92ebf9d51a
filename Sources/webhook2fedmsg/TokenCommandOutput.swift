import Encodings
import Gateway
import Glibc

/// Where commands print: results to standard output, everything else to standard error.
enum TokenCommandOutput {
    /// A result.
    ///
    /// - Throws: ``TokenCommandFailure`` if it could not be written: then the command has failed.
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
        throw TokenCommandFailure(description: "can't write the result to standard output: \(reason)")
    }

    /// Something to know besides the result.
    static func note(_ text: String) {
        StandardError.print(text)
    }

    /// A question, or the rest of a line.
    static func prompt(_ text: String) {
        write(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Writes all bytes.
    /// - Returns: `errno`; nil if all was written.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt? {
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
