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
