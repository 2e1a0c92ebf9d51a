import HTTPServer
import WebhookServices

/// `POST /<service>` where no webhooks are taken without a token's id.
struct ClosedAddressHandler: HTTPHandler {
    /// What can be done there instead.
    static let allowed = ServerResponse.Field("Allow", "GET, HEAD, OPTIONS")

    let services: [any WebhookService]

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        guard let name = exchange.pathParameters.raw("service"),
            services.contains(where: { $0.name.utf8.elementsEqual(name) })
        else { return exchange.refuse(.unknownWebhook) }
        return exchange.refuse(.needsTokenAddress, headers: [Self.allowed])
    }
}
