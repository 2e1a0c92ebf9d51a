import HTTPServer

/// `GET /healthz`: the process answers. Restart it if it does not.
struct HealthHandler: HTTPHandler {
    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        .json(HTTPStatus(200), Array("{\"status\": \"ok\"}\n".utf8))
    }
}

/// `GET /readyz`: 200 when webhooks can be accepted, else 503 with what is missing. Send it no traffic meanwhile.
struct ReadinessHandler: HTTPHandler {
    let database: DatabaseProbe
    let publisher: any MessagePublisher

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let readiness = Readiness(parts: [brokerPart()] + (await database.readiness()))
        return .json(HTTPStatus(readiness.isReady ? 200 : 503), readiness.json)
    }

    private func brokerPart() -> Readiness.Part {
        let readiness = publisher.readiness
        return Readiness.Part(name: "broker", isReady: readiness.isReady, detail: readiness.description)
    }
}
