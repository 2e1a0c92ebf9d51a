import Encodings
import EventLoop
import HTTPServer

/// `GET /healthz`: the process answers. Restart it if it does not.
struct HealthHandler: HTTPHandler {
    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        .json(HTTPStatus(200), Array("{\"status\": \"ok\"}\n".utf8))
    }
}

/// `GET /readyz/server`: 200 until the process is told to end, whatever becomes of the broker and the database, for the
/// checks of proxies: what goes for all servers at once must not have all of them taken out.
struct ServingHandler: HTTPHandler {
    let stopping: Stopping

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let readiness = ReadinessReport(parts: stopping.hasBegun ? [stopping.part] : [])
        return .json(HTTPStatus(readiness.isReady ? 200 : 503), readiness.word)
    }
}

/// `GET /readyz`: 200 `ok` when webhooks can be accepted, else 503 `not ready`: send it no traffic meanwhile. What is
/// missing, with hosts, ports and errors, is told on this machine and to administrators alone.
struct ReadinessHandler: HTTPHandler {
    let database: DatabaseProbe
    let publisher: any MessagePublisher
    let stopping: Stopping
    /// A Boolean value that indicates whether an administrator asks.
    let isAdministrator: @Sendable (HTTPExchange) async -> Bool

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        var parts = [brokerPart()] + (await database.readiness())
        if stopping.hasBegun { parts.append(stopping.part) }
        let readiness = ReadinessReport(parts: parts)
        let status = HTTPStatus(readiness.isReady ? 200 : 503)
        let mayKnow: Bool
        // A proxy on this machine passes on the name that the outside knows it by, or says for whom it asks.
        if DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress) {
            mayKnow = true
        } else {
            mayKnow = await isAdministrator(exchange)
        }
        return .json(status, mayKnow ? readiness.json : readiness.word)
    }

    private func brokerPart() -> ReadinessReport.Part {
        let readiness = publisher.readiness
        return ReadinessReport.Part(name: "broker", isReady: readiness.isReady, detail: readiness.description)
    }
}

extension Stopping {
    /// The text once it has begun.
    fileprivate var part: ReadinessReport.Part {
        ReadinessReport.Part(name: "server", isReady: false, detail: "the server is stopping")
    }
}

/// The state of a process that may have been told to end: from then on it is not ready, whatever else goes well.
final class Stopping: Sendable {
    private let state = Locked(false)

    var hasBegun: Bool { state.withLock { $0 } }

    func begin() {
        state.withLock { $0 = true }
    }
}

/// The readiness of the server, part by part, for `GET /readyz`.
struct ReadinessReport: Sendable {
    /// One thing that the server needs.
    struct Part: Sendable {
        let name: String
        let isReady: Bool
        /// The fault or the state; holds no secret.
        let detail: String
    }

    let parts: [Part]

    var isReady: Bool { parts.allSatisfy(\.isReady) }

    /// `{"ready": …, "parts": {"broker": {"ready": …, "detail": …}, …}}`
    var json: [UInt8] {
        let members = parts.map { part in
            "\(JSONText.quoted(part.name)): {\"ready\": \(part.isReady), \"detail\": \(JSONText.quoted(part.detail))}"
        }
        return Array("{\"ready\": \(isReady), \"parts\": {\(members.joined(separator: ", "))}}\n".utf8)
    }

    /// The answer for everybody: `{"status": "ok"}` or `{"status": "not ready"}`.
    var word: [UInt8] { Array("{\"status\": \"\(isReady ? "ok" : "not ready")\"}\n".utf8) }
}
