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

    /// Nothing of these is kept, framed, sniffed or told to others; forms go here alone.
    private var common: [ServerResponse.Field] {
        SecurityHeaders.fields(isSecure: isSecure) + [SecurityHeaders.noStore]
    }
}
