import AMQP
import EventLoop
import FedoraMessaging
import Logging

/// Publishes on the broker: one AMQP connection for each loop, used by that loop's webhooks only, so that a publish
/// hops nowhere. While a loop's own connection is down, its webhooks go by another's, if that stands.
struct BrokerPublisher: MessagePublisher {
    /// The properties of every message.
    private let exchange: String
    private let topicPrefix: String
    private let priority: UInt8?
    private let publishers: [AMQPPublisher]
    private let local: LoopLocal<AMQPPublisher>

    /// - Parameters:
    ///   - connection: The connection to the broker.
    ///   - topics: Topics, without the prefix, of which at least one can be published if anything can.
    init(
        settings: BrokerSettings, connection: ConnectionSettings, limits: PublisherLimits, topics: [String],
        loops: LoopGroup, logger: Logger
    ) {
        exchange = settings.publishExchange
        topicPrefix = settings.topicPrefix
        priority = settings.publishPriority
        var connection = connection
        connection.probeExchange = settings.publishExchange
        connection.probeTopics = topics.map { FedoraMessage.routingKey(of: $0, prefix: settings.topicPrefix) }
        let memory = BrokerMemory()
        let publishers = loops.loops.map {
            AMQPPublisher(loop: $0, settings: connection, limits: limits, logger: logger, memory: memory)
        }
        self.publishers = publishers
        local = LoopLocal(loops.loops) { loop in publishers[loops.loops.firstIndex { $0 === loop } ?? 0] }
    }

    /// The loops' publishers, each to be run for as long as the server does.
    var actors: [AMQPPublisher] { publishers }

    func publish(_ message: FedoraMessage, until deadline: RequestDeadline?) async -> PublishResult {
        let routingKey: String
        do throws(FedoraMessageError) {
            routingKey = try message.routingKey(prefix: topicPrefix)
        } catch {
            return .refused(reason: "\(error)")
        }
        let outgoing = OutgoingMessage(
            exchange: exchange, routingKey: routingKey, properties: properties(of: message), body: message.body)
        return PublishResult(await chosen.publish(outgoing, until: deadline?.instant))
    }

    /// The loop's own publisher; another's while it is not connected, when nothing of the message can have left yet. One
    /// that is blocked or suspect keeps its messages: the others face the same broker.
    private var chosen: AMQPPublisher {
        let own = local.current ?? publishers[0]
        guard case .connecting = own.status else { return own }
        return publishers.first { $0.status.isReady } ?? own
    }

    var readiness: PublisherReadiness { Self.readiness(of: publishers.map(\.status)) }

    /// A connection that stands is enough, for messages go by that one then. But all have the same broker: where it blocks
    /// one, or refuses what one publishes, the others only have not noticed yet.
    static func readiness(of statuses: [PublisherStatus]) -> PublisherReadiness {
        for status in statuses {
            switch status {
            case .blocked, .doubtful: return .notReady(reason: "\(status)")
            case .connecting, .connected, .suspect, .stopped: break
            }
        }
        if statuses.contains(where: \.isReady) { return .ready }
        return .notReady(reason: statuses.first.map { "\($0)" } ?? "no connection to the broker")
    }

    /// As fedora-messaging's Python library sends them, byte for byte (`headers` are in its order).
    private func properties(of message: FedoraMessage) -> BasicProperties {
        var table = FieldTable()
        let headers = message.headers(priority: priority)
        table.reserveCapacity(headers.count)
        for header in headers { table.append(header.name, FieldValue(header.value)) }
        return BasicProperties(
            contentType: "application/json", contentEncoding: "utf-8", headers: table, deliveryMode: 2,
            priority: priority, messageID: message.id)
    }
}

extension FieldValue {
    fileprivate init(_ value: MessageHeaderValue) {
        switch value {
        case .longString(let text): self = .longString(text)
        case .int32(let number): self = .int32(number)
        case .bool(let flag): self = .bool(flag)
        }
    }
}

extension PublishResult {
    fileprivate init(_ outcome: PublishOutcome) {
        switch outcome {
        case .confirmed: self = .published
        case .nacked: self = .unavailable(reason: "the broker did not accept the message (nack)")
        case .refused(let code, let text): self = .refused(reason: "\(code) \(text)")
        case .topicRefused(let text): self = .topicRefused(reason: text)
        case .tooLarge(let limit): self = .tooLarge(limit: limit)
        case .channelClosed(let code, let text): self = .unavailable(reason: "channel closed: \(code) \(text)")
        case .unavailable(let reason): self = .unavailable(reason: reason)
        case .windowFull: self = .full
        case .timedOut: self = .timedOut
        case .invalid(let error): self = .refused(reason: "\(error)")
        }
    }
}

extension ConnectionSettings {
    /// Returns the connection that fedora-messaging's settings ask for.
    ///
    /// - Parameter version: The program's version, which the broker's administrators see.
    func reaching(_ broker: BrokerSettings, version: String) -> ConnectionSettings {
        let (address, files) = (broker.address, broker.effectiveTLS)
        var connection = self
        connection.endpoints = address.hosts.map { BrokerEndpoint(host: $0.name, port: UInt16(clamping: $0.port)) }
        connection.virtualHost = address.virtualHost
        connection.tls =
            broker.usesTLS ? TLSSettings(files: TLSClientContext.Files(files), serverName: files.serverName) : nil
        connection.mechanism =
            broker.usesExternalAuthentication
            ? .external
            : .plain(username: address.credentials.username, password: address.credentials.password)
        if let heartbeat = address.heartbeat { connection.heartbeat = UInt16(clamping: heartbeat.components.seconds) }
        connection.frameMax = UInt32(clamping: address.frameMax)
        connection.channelMax = UInt16(clamping: address.channelMax)
        connection.connectTimeout = address.stackTimeout ?? connectTimeout
        connection.tcpTimeout = address.socketTimeout
        connection.tcpOptions = TCPOptions(address.tcpOptions)
        connection.attemptsPerRound = address.connectionAttempts ?? attemptsPerRound
        connection.retryDelay = address.retryDelay ?? .seconds(2)
        connection.blockedTimeout = address.blockedConnectionTimeout
        connection.requiredExchange = broker.passiveDeclares ? broker.publishExchange : nil
        connection.locale = address.locale
        connection.clientProperties["version"] = .longString(version)
        for property in broker.effectiveClientProperties {
            connection.clientProperties[property.name] = FieldValue(property.value)
        }
        connection.connectionName = "webhook2fedmsg"
        return connection
    }
}

extension TLSClientContext.Files {
    /// The files that fedora-messaging's settings name.
    init(_ tls: BrokerTLS) {
        self.init(authorities: tls.caCertificate, certificate: tls.certificate, key: tls.key)
    }
}

extension TCPOptions {
    /// pika's `tcp_options`.
    fileprivate init(_ options: BrokerTCPOptions) {
        self.init()
        userTimeout = options.userTimeout
        keepIdle = options.keepIdle
        keepInterval = options.keepInterval
        keepCount = options.keepCount
    }
}

extension FieldValue {
    fileprivate init(_ value: ClientProperty.Value) {
        switch value {
        case .string(let text): self = .longString(text)
        case .integer(let number): self = .int64(Int64(number))
        case .boolean(let flag): self = .bool(flag)
        }
    }
}
