/// The reason why a request is refused: what the sender is told.
public struct HTTPError: Error, Sendable, Hashable {
    /// The answer's status.
    public var status: HTTPStatus
    /// A stable word for programs, in snake case: `body_too_large`.
    public var code: String
    /// A sentence for people, with what to do next where that helps. Never holds a secret or bytes of the request.
    public var message: String
    /// Seconds after which trying again makes sense; becomes `Retry-After`.
    public var retryAfter: Int?
    /// The name of the header that is missing or repeated, if that is the reason.
    public var header: String?

    /// A refusal.
    public init(_ status: HTTPStatus, code: String, message: String, retryAfter: Int? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The refusal for a request that breaks the protocol or a limit of it.
    public init(_ fault: RequestFault) {
        self.init(fault.status, code: fault.rawValue, message: fault.message)
    }

    /// 408: the rest of the body did not come in time, or came slower than the minimum rate.
    public static let bodyTimeout = HTTPError(
        .requestTimeout, code: "body_timeout", message: "The request's body did not arrive in time.")

    /// 408: the head did not come in time.
    static let headTimeout = HTTPError(
        .requestTimeout, code: "head_timeout", message: "The request's head did not arrive in time.")

    /// 400: the connection ended inside the body.
    public static let bodyIncomplete = HTTPError(
        .badRequest, code: "body_incomplete", message: "The connection ended before the request's body was complete.")

    /// 413: larger than the limit; `limit` in bytes.
    public static func bodyTooLarge(limit: Int) -> HTTPError {
        HTTPError(
            .contentTooLarge, code: RequestFault.bodyTooLarge.rawValue,
            message: "The request's body is larger than \(limit) bytes.")
    }

    /// 503: the server is over one of its limits.
    public static func overloaded(retryAfter: Int) -> HTTPError {
        HTTPError(
            .serviceUnavailable, code: "overloaded", message: "The server is overloaded. Try again later.",
            retryAfter: retryAfter)
    }

    /// 503: the server stops; another one, or the next, takes the request.
    static let shuttingDown = HTTPError(
        .serviceUnavailable, code: "shutting_down", message: "The server is shutting down. Try again.",
        retryAfter: 1)

    /// 400: a request in the clear where TLS is spoken.
    static let tlsRequired = HTTPError(
        .badRequest, code: "https_required", message: "This port speaks HTTPS: begin the URL with https://.")

    /// 404: there is nothing.
    public static let notFound = HTTPError(.notFound, code: "not_found", message: "Not found.")

    package static let methodNotAllowed = HTTPError(
        .methodNotAllowed, code: "method_not_allowed", message: "This address doesn't support this method.")

    static let noTunnels = HTTPError(
        .notImplemented, code: "method_not_implemented", message: "This server is not a proxy.")
}

/// A fault of a request on the wire. Each ends the connection after its answer, for where one request is in doubt, so
/// is the place where the next one begins (RFC 9112 section 11.2).
public enum RequestFault: String, Error, Sendable, Hashable, CaseIterable {
    /// More empty lines before the request line than robustness asks for.
    case tooManyEmptyLines = "too_many_empty_lines"
    /// The request line is not `method SP target SP version`.
    case badRequestLine = "bad_request_line"
    /// The method is not a token, or longer than any method.
    case badMethod = "bad_method"
    /// The target has a byte that no target has, or none of the four forms that fits its method.
    case badTarget = "bad_target"
    /// The target is longer than `maxTargetBytes`.
    case targetTooLong = "target_too_long"
    /// The version is not written as `HTTP/digit.digit`.
    case badVersion = "bad_version"
    /// A major version other than 1.
    case unsupportedVersion = "unsupported_version"
    /// CR without LF, or LF without CR.
    case bareLineEnd = "bare_line_end"
    /// A line that begins with a blank: obsolete folding (RFC 9112 section 5.2), or a blank before the first field.
    case lineFolding = "line_folding"
    /// A blank between a field's name and its colon (RFC 9112 section 5.1).
    case blankBeforeColon = "blank_before_colon"
    /// A field name that is not a token, or is empty, or a line without a colon.
    case badFieldName = "bad_field_name"
    /// A control byte in a field's value.
    case badFieldValue = "bad_field_value"
    /// The head is larger than `maxHeadBytes`.
    case headTooLarge = "head_too_large"
    /// More fields than `maxHeaderFields`.
    case tooManyFields = "too_many_fields"
    /// HTTP/1.1 without Host.
    case missingHost = "missing_host"
    /// More than one Host.
    case repeatedHost = "repeated_host"
    /// Host, or the target's authority, is not `host[:port]`.
    case badHost = "bad_host"
    /// Content-Length is not one decimal number.
    case badContentLength = "bad_content_length"
    /// More than one Content-Length, be it in one field as a list or in several, and be they equal or not: RFC 9110
    /// section 8.6 lets a server take equal ones, but only a broken sender or a smuggler writes them.
    case repeatedContentLength = "repeated_content_length"
    /// Both Content-Length and Transfer-Encoding.
    case lengthAndTransferCoding = "length_and_transfer_coding"
    /// Transfer-Encoding is malformed, or `chunked` is not its last coding, or is there twice.
    case badTransferCoding = "bad_transfer_coding"
    /// Transfer-Encoding in HTTP/1.0.
    case transferCodingInHTTP10 = "transfer_coding_in_http_1_0"
    /// A transfer coding other than `chunked`.
    case unknownTransferCoding = "unknown_transfer_coding"
    /// An expectation other than `100-continue`.
    case unknownExpectation = "unknown_expectation"
    /// A chunk's size is not hexadecimal, or has too many digits.
    case badChunkSize = "bad_chunk_size"
    /// A chunk extension is malformed.
    case badChunkExtension = "bad_chunk_extension"
    /// The chunk extensions of a body are longer than `maxChunkExtensionBytes`.
    case chunkExtensionsTooLong = "chunk_extensions_too_long"
    /// A chunk's data is not followed by CRLF.
    case badChunkEnd = "bad_chunk_end"
    /// The trailer section is larger than `maxTrailerBytes`.
    case trailersTooLarge = "trailers_too_large"
    /// The body is larger than its limit.
    case bodyTooLarge = "body_too_large"

    /// The status of the answer.
    public var status: HTTPStatus {
        switch self {
        case .targetTooLong: HTTPStatus(414)
        case .headTooLarge, .tooManyFields, .trailersTooLarge: HTTPStatus(431)
        case .bodyTooLarge: .contentTooLarge
        case .unknownExpectation: HTTPStatus(417)
        case .unknownTransferCoding: .notImplemented
        case .unsupportedVersion: HTTPStatus(505)
        default: .badRequest
        }
    }

    /// A sentence for people.
    public var message: String {
        switch self {
        case .targetTooLong: "The request's target is too long."
        case .headTooLarge: "The request's head is too large."
        case .tooManyFields: "The request has too many header fields."
        case .trailersTooLarge: "The request's trailers are too large."
        case .bodyTooLarge: "The request's body is too large."
        case .unknownExpectation: "The only expectation that is met here is 100-continue."
        case .unknownTransferCoding: "The only transfer coding that is understood here is chunked."
        case .unsupportedVersion: "This server speaks HTTP/1.1 and HTTP/1.0."
        case .missingHost: "The request has no Host field."
        case .repeatedHost: "The request has more than one Host field."
        default: "The request is malformed (\(rawValue))."
        }
    }
}
