import AMQP
import Database
import EventLoop
import FedoraMessaging
import Glibc
import Logging
import WebhookServices

/// The findings of `check-config --connect`: whether database and broker can be reached, and which services' topics the
/// broker lets this user publish. Nothing is published, and nothing is made or changed in the database.
public struct ConnectionCheck: Sendable {
    /// One thing that was looked at.
    public struct Finding: Sendable {
        /// The subject of the look.
        public let name: String
        /// A Boolean value that indicates whether it is as it must be.
        public let isGood: Bool
        /// The state or the fault.
        public let detail: String
    }

    private let configuration: Configuration
    private let loop: EventLoop
    private let logger: Logger

    /// Looks at both.
    ///
    /// - Throws: `StreamError` if there can be no event loop.
    public static func run(_ configuration: Configuration, logger: Logger) async throws -> [Finding] {
        let check = ConnectionCheck(
            configuration: configuration, loop: try EventLoop.start(name: "check"), logger: logger)
        return [await check.database()] + (await check.broker())
    }

    private func database() async -> Finding {
        do {
            let settings = try StorageSettings(configuration)
            if case .sqlite(.file(let path)) = settings.database, access(path, F_OK) != 0 {
                return Finding(name: "database", isGood: true, detail: "\(path) is not there yet: serve makes it")
            }
            let database = try await settings.database.open(
                loop: loop, limits: settings.limits, isReadOnly: true, logger: logger)
            let result = await Task { try await DatabaseCheck.run(settings, database) }.result
            await database.close()
            return Finding(name: "database", isGood: true, detail: try result.get())
        } catch {
            return Finding(name: "database", isGood: false, detail: "\(error)")
        }
    }

    private func broker() async -> [Finding] {
        guard case .broker(let settings) = configuration.publisher else { return [] }
        let connection = configuration.broker.connection.reaching(settings, version: ProgramVersion.text)
        let publisher = AMQPPublisher(
            loop: loop, settings: connection, limits: configuration.broker.limits, logger: logger)
        let running = Task { await publisher.run() }
        let findings = await findings(publisher, settings, hosts: connection.endpoints.count)
        await publisher.shutdown()
        await running.value
        return findings
    }

    private func findings(_ publisher: AMQPPublisher, _ settings: BrokerSettings, hosts: Int) async -> [Finding] {
        let limit = configuration.broker.connection.connectTimeout * hosts + .seconds(2)
        await wait(at: limit) {
            switch publisher.status {
            case .connecting(nil): false
            // With several hosts, the next one may do.
            case .connecting: hosts == 1
            default: true
            }
        }
        guard publisher.status == .connected else {
            return [Finding(name: "broker", isGood: false, detail: "\(publisher.status)")]
        }
        let topics = ExampleTopics.of(configuration.services.registry.offered).map { service, topic in
            (service, topic: FedoraMessage.routingKey(of: topic, prefix: settings.topicPrefix))
        }
        // Nothing yet, or the answers; none if there is no channel to ask on.
        let answers = Locked<[TopicAnswer]??>(.none)
        let asking = Task {
            let heard = await publisher.ask(exchange: settings.publishExchange, topics: topics.map(\.topic))
            answers.withLock { $0 = .some(heard) }
        }
        await wait(at: configuration.broker.connection.connectTimeout) { answers.withLock { $0 != nil } }
        let heard = answers.withLock { $0 }
        if case .some(nil) = heard, publisher.status == .connected {
            let detail = "connected; it allows one channel, and cannot be asked which topics may be published"
            return [Finding(name: "broker", isGood: true, detail: detail)]
        }
        guard let heard = heard ?? nil, !heard.isEmpty else {
            asking.cancel()
            return [
                Finding(name: "broker", isGood: false, detail: "connected, but it does not answer: \(publisher.status)")
            ]
        }
        let connected = Finding(name: "broker", isGood: true, detail: "connected")
        return [connected]
            + heard.map { answer in
                Finding(
                    name: "topic \(answer.topic)", isGood: answer.refusal == nil,
                    detail: answer.refusal ?? "may be published")
            }
    }

    /// Waits until something is so, or the time is up.
    private func wait(at limit: Duration, until condition: () -> Bool) async {
        let deadline = ContinuousClock.now + limit
        while !condition(), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A check of a database before a server uses it: whether this program's tables are there or can be made, and whether
/// the root key is the one that it needs. Nothing is made or changed.
enum DatabaseCheck {
    /// - Returns: How it stands, in a sentence.
    /// - Throws: `DatabaseError` if the server would not start with it, `RootKeyError`.
    static func run(_ settings: StorageSettings, _ database: any Database) async throws -> String {
        let pending = try await Migrator.pending(database, migrations: GatewayMigrations.all)
        if pending.count == GatewayMigrations.all.count { return "connected; it is empty: serve makes its tables" }
        if let first = pending.first {
            let count = pending.count
            return "connected; serve applies \(count) migrations to it, from \(first.version) (\(first.name)) on"
        }
        let status = try await KeyStatus.read(settings, database)
        guard status.isUsable else {
            throw DatabaseError(
                .configuration,
                "connected, but the root keys of the configuration are not those that it needs: "
                    + status.advice.joined(separator: "; "))
        }
        return (["connected"] + status.advice).joined(separator: "; ")
    }
}

/// A topic of each service, for asking the broker whether it lets us publish it.
enum ExampleTopics {
    /// The topics, without a prefix, of each service's plausible example.
    static func of(_ services: [any WebhookService]) -> [(service: String, topic: String)] {
        services.map { ($0.name, topic(of: $0)) }
    }

    private static func topic(of service: any WebhookService) -> String {
        let headers = (service.exampleHeaders(event: nil) ?? [:]).map { ($0.key, $0.value) }
        let payload = service.examplePayload(repository: "example/test", sender: "example", id: "1")
        let request = WebhookRequest(
            headers: ExampleHeaders(headers + [("content-type", "application/json")]), body: Array(payload.utf8)[...],
            receivedAt: Int64(time(nil)), settings: [:], isAtTokenAddress: true)
        // Whatever comes after the root: permissions are for all of a service's topics.
        guard let parser = try? JSONParser(), let event = try? service.event(of: request, parser: parser) else {
            return service.topicRoot + ".push"
        }
        return event.topic
    }
}
