import HTTPServer

/// Answers of the login's pages, with the header fields that all of them have.
struct AccountAnswers: Sendable {
    let renderer: any AccountPageRenderer
    let isSecure: Bool

    /// A page.
    func page(
        _ status: HTTPStatus, _ page: AccountPage, _ context: SessionContext, fields: [ServerResponse.Field] = []
    ) -> ServerResponse {
        ServerResponse(
            status, contentType: "text/html; charset=utf-8", headers: common + context.responseFields + fields,
            body: renderer.document(page, context))
    }

    /// 303, to be followed by a GET.
    func redirect(to location: String, fields: [ServerResponse.Field] = []) -> ServerResponse {
        ServerResponse(HTTPStatus(303), headers: common + [.init("Location", location)] + fields)
    }

    /// Nothing of these is kept, framed, sniffed or told to others; nothing is loaded, and forms go here alone.
    private var common: [ServerResponse.Field] {
        var fields: [ServerResponse.Field] = [
            .init("Cache-Control", "no-store"),
            .init(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
                    + "base-uri 'none'; frame-ancestors 'none'"),
            .init("X-Content-Type-Options", "nosniff"),
            .init("X-Frame-Options", "DENY"),
            .init("Referrer-Policy", "no-referrer"),
            .init("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        if isSecure { fields.append(.init("Strict-Transport-Security", "max-age=31536000")) }
        return fields
    }
}
