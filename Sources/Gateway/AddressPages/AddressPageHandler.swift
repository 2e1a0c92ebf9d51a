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
        guard let name = exchange.pathParameters.raw("service"),
            let (service, page) = services.first(where: { $0.service.name.utf8.elementsEqual(name) })
        else {
            if let redirection = redirection(of: exchange) { return redirection }
            if let notFound, exchange.head.wantsHTML { return await notFound.respond(to: exchange) }
            return exchange.refuse(.unknownWebhook)
        }
        // A HEAD never delivers anything.
        if exchange.head.method == .get, let query = exchange.head.query, service.isDelivery(query: query) {
            return await deliveries.respond(to: exchange)
        }
        return page.response(to: exchange.head)
    }

    /// Leads to the page that was meant: one of another route, or a service's whose name was typed with capital letters.
    private func redirection(of exchange: HTTPExchange) -> ServerResponse? {
        if let redirection = exchange.redirectionToIntendedPath() { return redirection }
        guard let name = exchange.pathParameters.raw("service") else { return nil }
        let lowercased = String(decoding: name, as: UTF8.self).lowercased()
        guard services.contains(where: { $0.service.name == lowercased }) else { return nil }
        let rest = exchange.head.pathBytes.drop { $0 == UInt8(ascii: "/") }.dropFirst(name.count)
        return exchange.redirection(to: Array("/\(lowercased)".utf8) + rest)
    }
}
