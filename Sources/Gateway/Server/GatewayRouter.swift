import HTTPServer
import WebhookServices

/// The routes of the server.
enum GatewayRouter {
    /// The routes of a server: webhooks at `/<service>/<id>` and `/<service>`, where browsers see a page on it, and
    /// `GET /healthz`, `GET /readyz`, `GET /readyz/server`, `GET /schemas`.
    ///
    /// - Parameters:
    ///   - notFound: What browsers see where there is nothing.
    ///   - isAdministrator: Whether an administrator sends a request.
    static func make(
        _ configuration: Configuration, workspace: Workspace, ingest: Ingest, stopping: Stopping = Stopping(),
        notFound: (any HTTPHandler)? = nil,
        isAdministrator: @escaping @Sendable (HTTPExchange) async -> Bool = { _ in false }
    ) throws -> Router {
        let services = ingest.services
        let (tokens, pipeline) = (ingest.tokens, ingest.pipeline)
        let webhooks = WebhookHandler(services: services, tokens: tokens, pipeline: pipeline)
        let bare: any HTTPHandler =
            configuration.barePath.isEnabled
            ? try BarePathHandler(configuration, workspace, ingest)
            : ClosedAddressHandler(services: services)
        let pages = services.map { service in
            let takesBare = configuration.barePath.isEnabled && service.isFoundWithoutID
            return (
                service: service,
                page: EndpointPage(service: service, home: configuration.server.baseURL, takesBare: takesBare)
            )
        }
        let probe = DatabaseProbe(
            database: workspace.database, keys: workspace.keys, interval: configuration.server.readinessInterval,
            timeout: configuration.server.readinessTimeout)
        var router = Router()
        try router.on(.get, "/healthz", HealthHandler())
        try router.on(
            .get, "/readyz",
            ReadinessHandler(
                database: probe, publisher: pipeline.publisher, stopping: stopping, isAdministrator: isAdministrator))
        try router.on(.get, "/readyz/server", ServingHandler(stopping: stopping))
        try router.on(.get, "/schemas", SchemaIndexHandler())
        try router.on(.get, "/schemas/{name}", SchemaHandler())
        // With a slash behind: some put one there, and what was sent there once is not sent again.
        for end in ["", "/"] {
            try router.on(.post, "/{service}/{id}\(end)", webhooks)
            try router.on(
                .get, "/{service}/{id}\(end)",
                EndpointPageHandler(services: pages, deliveries: webhooks, notFound: notFound))
            try router.on(.post, "/{service}\(end)", bare)
            try router.on(
                .get, "/{service}\(end)", EndpointPageHandler(services: pages, deliveries: bare, notFound: notFound))
        }
        return router
    }
}
