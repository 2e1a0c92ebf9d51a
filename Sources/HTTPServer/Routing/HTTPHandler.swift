/// Answers requests. Runs in the connection's task, on its loop: it must not block the thread.
public protocol HTTPHandler: Sendable {
    /// Answers one request. To answer without reading the body is allowed: the server then takes care that the answer
    /// arrives. The exchange is over when this returns.
    func respond(to exchange: HTTPExchange) async -> ServerResponse
}

/// A handler that is a closure.
struct ClosureHandler: HTTPHandler {
    let body: @Sendable (HTTPExchange) async -> ServerResponse

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        await body(exchange)
    }
}
