/// The faults that make bytes no HTTP/1.1 response that can be counted on.
enum AnswerError: Error, Hashable, CustomStringConvertible {
    case notHTTP
    case bareLineFeed
    case headTooLong
    case badContentLength
    case noContentLength
    case transferEncoding
    case connectionClosed
    case surplusBytes

    var description: String {
        switch self {
        case .notHTTP: "the answer does not begin as HTTP/1.1 does"
        case .bareLineFeed: "a line of the answer's head does not end in CR LF"
        case .headTooLong: "the answer's head is longer than \(AnswerParser.headLimit) bytes"
        case .badContentLength: "the answer's Content-Length is no number, or too large, or there are two"
        case .noContentLength: "the answer has no Content-Length"
        case .transferEncoding: "the answer has a Transfer-Encoding, which is not read here"
        case .connectionClosed: "the server closed the connection before its answer was there"
        case .surplusBytes: "more came than one answer"
        }
    }
}
