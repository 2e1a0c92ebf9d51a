/// Reads the one kind of response that a webhook's sender needs: HTTP/1.1 with a Content-Length (RFC 9112).
enum AnswerParser {
    /// The most bytes of a head.
    static let headLimit = 16_384
    /// The most bytes of a body.
    static let bodyLimit = 1 << 20

    private static let version = Array("HTTP/1.1 ".utf8)
    private static let contentLength = Array("content-length".utf8)
    private static let transferEncoding = Array("transfer-encoding".utf8)
    private static let connection = Array("connection".utf8)
    private static let close = Array("close".utf8)

    /// The response that `bytes` begin with; nil while some of it is missing.
    static func parse(_ bytes: ArraySlice<UInt8>) throws(AnswerError) -> Answer? {
        var rest = bytes
        guard let first = try nextLine(&rest) else { return nil }
        let status = try statusCode(first)
        var length: Int?
        var keepsAlive = true
        while let line = try nextLine(&rest) {
            guard line.isEmpty else {
                try read(line, length: &length, keepsAlive: &keepsAlive)
                continue
            }
            let bodyCount = try bodyCount(status: status, length: length)
            guard rest.count >= bodyCount else { return nil }
            let headCount = rest.startIndex - bytes.startIndex
            return Answer(status: status, keepsAlive: keepsAlive, headCount: headCount, bodyCount: bodyCount)
        }
        guard bytes.count <= headLimit else { throw .headTooLong }
        return nil
    }

    /// Cuts a line off the front, without its CR LF; nil if it has no end yet.
    private static func nextLine(_ rest: inout ArraySlice<UInt8>) throws(AnswerError) -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: 0x0a) else { return nil }
        guard end > rest.startIndex, rest[end - 1] == 0x0d else { throw .bareLineFeed }
        let line = rest[rest.startIndex..<(end - 1)]
        rest = rest[(end + 1)...]
        return line
    }

    private static func statusCode(_ line: ArraySlice<UInt8>) throws(AnswerError) -> Int {
        let rest = line.dropFirst(version.count)
        guard line.starts(with: version), rest.count == 3 || rest.dropFirst(3).first == 0x20,
            let status = number(rest.prefix(3)), (100...599).contains(status)
        else { throw .notHTTP }
        return status
    }

    private static func read(
        _ line: ArraySlice<UInt8>, length: inout Int?, keepsAlive: inout Bool
    ) throws(AnswerError) {
        guard let colon = line.firstIndex(of: 0x3a) else { throw .notHTTP }
        let name = line[..<colon]
        if isSame(name, contentLength) {
            guard length == nil, let value = number(trimmed(line[(colon + 1)...])), value <= bodyLimit else {
                throw .badContentLength
            }
            length = value
        } else if isSame(name, connection) {
            if isSame(trimmed(line[(colon + 1)...]), close) { keepsAlive = false }
        } else if isSame(name, transferEncoding) {
            throw .transferEncoding
        }
    }

    private static func bodyCount(status: Int, length: Int?) throws(AnswerError) -> Int {
        if status < 200 || status == 204 || status == 304 { return 0 }
        guard let length else { throw .noContentLength }
        return length
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }

    /// Up to nine decimal digits and nothing else.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(bytes.count) else { return nil }
        var value = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    /// Compares ASCII without regard to case; `lowerCase` has only letters and hyphens.
    private static func isSame(_ bytes: ArraySlice<UInt8>, _ lowerCase: [UInt8]) -> Bool {
        guard bytes.count == lowerCase.count else { return false }
        var index = bytes.startIndex
        for expected in lowerCase {
            let byte = bytes[index]
            guard byte == expected || (0x41...0x5a).contains(byte) && byte | 0x20 == expected else { return false }
            index += 1
        }
        return true
    }
}
