/// A status code with its reason phrase (RFC 9110 section 15).
public struct HTTPStatus: Sendable, Hashable, CustomStringConvertible {
    /// Three digits, 100 to 999.
    public let code: UInt16

    /// A status by its code; codes outside 100 to 999 become 500, for they cannot be written.
    public init(_ code: Int) {
        self.code = (100...999).contains(code) ? UInt16(code) : 500
    }

    /// A Boolean value that indicates whether an answer with this status never has a body (RFC 9112 section 6.3).
    var forbidsBody: Bool { code < 200 || code == 204 || code == 304 }

    /// The usual phrase, for people who read the wire; empty where there is none here.
    public var reason: StaticString {
        switch code {
        case 100: "Continue"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 429: "Too Many Requests"
        case 400..<500: clientErrorReason
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }

    private var clientErrorReason: StaticString {
        switch code {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 431: "Request Header Fields Too Large"
        default: ""
        }
    }

    /// The code in digits.
    public var description: String { String(code) }

    /// 200.
    public static let ok = HTTPStatus(200)
    /// 202: what a webhook is answered with once its message is safe.
    public static let accepted = HTTPStatus(202)
    /// 204.
    public static let noContent = HTTPStatus(204)
    /// 400.
    public static let badRequest = HTTPStatus(400)
    /// 401.
    public static let unauthorized = HTTPStatus(401)
    /// 403.
    public static let forbidden = HTTPStatus(403)
    /// 404.
    public static let notFound = HTTPStatus(404)
    /// 405.
    public static let methodNotAllowed = HTTPStatus(405)
    /// 408.
    public static let requestTimeout = HTTPStatus(408)
    /// 413.
    public static let contentTooLarge = HTTPStatus(413)
    /// 415.
    public static let unsupportedMediaType = HTTPStatus(415)
    /// 500.
    public static let internalServerError = HTTPStatus(500)
    /// 501.
    public static let notImplemented = HTTPStatus(501)
    /// 503.
    public static let serviceUnavailable = HTTPStatus(503)
}
