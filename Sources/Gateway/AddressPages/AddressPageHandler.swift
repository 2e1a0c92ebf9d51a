import HTTPServer
import WebhookServices

/// `GET /<service>` and `GET /<service>/<id>`: a page on what the address is for, or a webhook by GET where the service
/// sends such.
struct AddressPageHandler: HTTPHandler {
    private let services: [(service: any WebhookService, page: AddressPage)]
    private let deliveries: any HTTPHandler

    /// - Parameter deliveries: What takes webhooks at the same address.
    init(services: [(service: any WebhookService, page: AddressPage)], deliveries: any HTTPHandler) {
        self.services = services
        self.deliveries = deliveries
    }

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        guard let name = exchange.pathParameters["service"],
            let (service, page) = services.first(where: { $0.service.name.utf8.elementsEqual(name) })
        else { return exchange.refuse(.unknownWebhook) }
        // A HEAD never delivers anything.
        if exchange.head.method == .get, let query = exchange.head.query, service.isDelivery(query: query) {
            return await deliveries.respond(to: exchange)
        }
        return page.response(to: exchange.head)
    }
}
