/// An answer. The server adds Date, Content-Length, Connection and X-Request-Id.
public struct ServerResponse: Sendable {
    /// A header field of the answer.
    public struct Field: Sendable, Hashable {
        /// A token (RFC 9110 section 5.1); a field whose name is none is left out.
        public var name: String
        /// Control bytes in it are written as blanks: nothing that a sender chose can end the line.
        public var value: String

        /// A field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status, 200 or above.
    public var status: HTTPStatus
    /// Content-Type; left out where it is empty or there is no body.
    public var contentType: String
    /// Further fields. Those that the server writes itself (Content-Length, Transfer-Encoding, Connection, Date,
    /// X-Request-Id, Content-Type) are left out if they are here.
    public var headers: [Field]
    /// The body. For HEAD it tells Content-Length and is not sent.
    public var body: [UInt8]

    /// An answer.
    public init(_ status: HTTPStatus, contentType: String = "", headers: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// An answer with JSON that is already written.
    public static func json(_ status: HTTPStatus, _ body: [UInt8], headers: [Field] = []) -> ServerResponse {
        ServerResponse(status, contentType: "application/json", headers: headers, body: body)
    }

    /// An answer in plain text.
    public static func text(_ status: HTTPStatus, _ text: String, headers: [Field] = []) -> ServerResponse {
        ServerResponse(status, contentType: "text/plain; charset=utf-8", headers: headers, body: Array(text.utf8))
    }

    /// The answer that tells an error: `{"error":{"code":…,"message":…}}`, or the message as text.
    public static func error(_ error: HTTPError, format: ErrorFormat, headers: [Field] = []) -> ServerResponse {
        var headers = headers
        if let seconds = error.retryAfter { headers.append(Field("Retry-After", String(seconds))) }
        switch format {
        case .text:
            return .text(error.status, error.message + "\n", headers: headers)
        case .json:
            return .json(error.status, ErrorFormat.jsonBody(code: error.code, message: error.message), headers: headers)
        }
    }
}
