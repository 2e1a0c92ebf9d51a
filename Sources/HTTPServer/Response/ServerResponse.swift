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

/// The header fields that pages are protected by.
package enum SecurityHeaders {
    /// Those of every page and asset.
    ///
    /// - Parameters:
    ///   - isSecure: Whether people reach the server by https.
    ///   - formTargets: Origins, besides this server's, that forms may lead to by a redirect.
    package static func fields(isSecure: Bool, formTargets: [String] = []) -> [ServerResponse.Field] {
        // form-action covers where a redirect after a form leads, too: no form leads to the provider (the login is a
        // link, and the logout a page), so this server is enough.
        let forms = (["'self'"] + formTargets).joined(separator: " ")
        let policy = [
            "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "connect-src 'self'",
            "form-action \(forms)", "base-uri 'none'", "frame-ancestors 'none'",
        ]
        var fields: [ServerResponse.Field] = [
            .init("Content-Security-Policy", policy.joined(separator: "; ")),
            .init("X-Content-Type-Options", "nosniff"),
            .init("X-Frame-Options", "DENY"),
            .init("Referrer-Policy", "no-referrer"),
            .init("Cross-Origin-Opener-Policy", "same-origin"),
            .init("Cross-Origin-Resource-Policy", "same-origin"),
            .init(
                "Permissions-Policy",
                "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ]
        if isSecure { fields.append(.init("Strict-Transport-Security", "max-age=63072000")) }
        return fields
    }

    /// For what must not be kept: pages show what only one person may see.
    package static let noStore = ServerResponse.Field("Cache-Control", "no-store")
    /// For what never changes under its name.
    package static let immutable = ServerResponse.Field("Cache-Control", "public, max-age=31536000, immutable")
}
