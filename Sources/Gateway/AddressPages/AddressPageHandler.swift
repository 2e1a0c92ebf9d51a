import HTTPServer
import WebhookServices

/// `GET /<service>` and `GET /<service>/<id>`: a page on what the address is for, or a webhook by GET where the service
/// sends such.
struct AddressPageHandler: HTTPHandler {
    private let services: [(service: any WebhookService, page: AddressPage)]
    private let deliveries: any HTTPHandler
    private let notFound: (any HTTPHandler)?

    /// - Parameters:
    ///   - deliveries: What takes webhooks at the same address.
    ///   - notFound: What answers where there is no service of that name; without it, an error does.
    init(
        services: [(service: any WebhookService, page: AddressPage)], deliveries: any HTTPHandler,
        notFound: (any HTTPHandler)? = nil
    ) {
        self.services = services
        self.deliveries = deliveries
        self.notFound = notFound
    }

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        guard let name = exchange.pathParameters["service"],
            let (service, page) = services.first(where: { $0.service.name.utf8.elementsEqual(name) })
        else {
            if let notFound, AddressPage.wantsHTML(exchange.head) { return await notFound.respond(to: exchange) }
            return exchange.refuse(.unknownWebhook)
        }
        // A HEAD never delivers anything.
        if exchange.head.method == .get, let query = exchange.head.query, service.isDelivery(query: query) {
            return await deliveries.respond(to: exchange)
        }
        return page.response(to: exchange.head)
    }
}
