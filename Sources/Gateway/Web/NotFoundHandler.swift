import HTTPServer

/// The answer where there is nothing: a page for browsers, an error for programs.
struct NotFoundHandler: HTTPHandler {
    let page: PageHandler

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        exchange.head.wantsHTML ? await page.respond(to: exchange) : exchange.refuse(.notFound)
    }
}

/// The answer where there is something, but not for this method: likewise. The server adds what is allowed.
struct MethodNotAllowedHandler: HTTPHandler {
    let page: PageHandler

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        exchange.head.wantsHTML
            ? await page.refusal(of: exchange, .methodNotAllowed) : exchange.refuse(.methodNotAllowed)
    }
}
