import Database
import EventLoop
import HTTPClient
import HTTPServer
import OIDC
import WebPages

// The parts' settings, filled from the configuration.

extension HTTPServerLimits {
    /// The limits of `[server]` and `[ingest]`.
    init(_ configuration: Configuration) {
        self.init()
        let server = configuration.server
        maxHeadBytes = server.maxHeadBytes
        maxTargetBytes = server.maxTargetBytes
        maxHeaderFields = server.maxHeaderFields
        maxBodyBytes = configuration.ingest.maxBodySize
        maxChunkExtensionBytes = server.maxChunkExtensionBytes
        maxTrailerBytes = server.maxTrailerBytes
        handshakeTimeout = server.tls.handshakeTimeout
        headTimeout = server.headTimeout
        bodyTimeout = server.bodyTimeout
        minBodyRate = server.minBodyRate
        idleTimeout = server.idleTimeout
        writeTimeout = server.writeTimeout
        lingerTimeout = server.lingerTimeout
        lingerBytes = server.lingerBytes
        lingerLimit = server.lingerLimit
        drainBytes = server.drainBytes
        maxRequestsPerConnection = server.maxRequestsPerConnection
        maxConnections = server.maxConnections
        maxConnectionsPerSource = server.effectiveConnectionsPerSource
        acceptBacklog = server.backlog
        bodyBytesInFlight = server.bodyBytesInFlight
        bodyBudgetTimeout = server.bodyBudgetTimeout
        retryAfter = Int(configuration.ingest.retryAfter.components.seconds)
        drainIdle = server.drainIdle
        shutdownGrace = server.shutdownTimeout
    }
}

extension DatabaseLimits {
    /// The bounds and times of `[database]`.
    public init(_ configuration: DatabaseConfiguration) {
        self.init()
        connections = configuration.poolSize
        waiters = configuration.maxWaiters
        acquireTimeout = configuration.waitTimeout
        queryTimeout = configuration.queryTimeout
        migrationTimeout = configuration.migrationTimeout
        connectTimeout = configuration.connectTimeout
        idleTimeout = configuration.idleTimeout
        maxLifetime = configuration.maxLifetime
        closeTimeout = configuration.closeTimeout
        backoff = Backoff(first: configuration.reconnectMin, longest: configuration.reconnectMax)
        preparedStatements = configuration.statementCache
        batchStatements = configuration.batchStatements
        listenHeartbeat = configuration.listenHeartbeat
        pollInterval = configuration.pollInterval
        notices = configuration.maxNotices
        busyTimeout = configuration.busyTimeout
        transactionIdleTimeout = configuration.transactionIdleTimeout
    }
}

extension IngestSettings {
    /// The bounds of `[ingest]`, and the topics of `[broker]`.
    init(_ configuration: Configuration) {
        maxBodySize = configuration.ingest.maxBodySize
        maxDepth = configuration.ingest.maxDepth
        deadline = configuration.ingest.deadline
        retryAfter = Int(configuration.ingest.retryAfter.components.seconds)
        maxMessageSize = configuration.broker.maxMessageSize
        namesOwners = configuration.messages.provenance
        ownClasses = configuration.messages.ownClasses
        let prefix = configuration.broker.topicPrefix
        topicPrefix = String(prefix[..<(prefix.lastIndex { $0 != "." }.map(prefix.index(after:)) ?? prefix.startIndex)])
    }
}

extension RateLimiter {
    /// The limits of `[ingest]`; nil where nothing is limited.
    convenience init?(_ configuration: Configuration) {
        let ingest = configuration.ingest
        // There is room for every token that is held at all.
        self.init(
            RateTable.Limits(
                token: .init(messages: ingest.maxMessagesPerMinute, bytes: ingest.maxBytesPerMinute),
                account: .init(messages: ingest.maxMessagesPerAccount, bytes: ingest.maxBytesPerAccount)),
            tokens: configuration.cache.entries)
    }
}

extension TokenCacheSettings {
    /// The bounds and times of `[cache]`.
    public init(_ configuration: CacheConfiguration) {
        self.init(
            entries: configuration.entries, absentEntries: configuration.negativeEntries,
            timeToLive: configuration.timeToLive, absentTimeToLive: configuration.negativeTimeToLive,
            staleAfter: configuration.staleAfter, recheckWait: configuration.recheckWait,
            staleTimeToLive: configuration.staleTimeToLive, staleRetry: configuration.staleRetry,
            loads: configuration.maxLoads, waiters: configuration.maxWaiters, shards: configuration.shards)
    }
}

extension DeliverySettings {
    /// Those of `[deliveries]`.
    public init(_ configuration: DeliveriesConfiguration) {
        flushInterval = configuration.flushInterval
        maxPending = configuration.maxPending
        maxBatch = configuration.maxBatch
        retryMax = configuration.retryMax
        shutdownTimeout = configuration.shutdownTimeout
    }
}

extension OIDCSettings {
    /// Those of `[oidc]`; nil without an issuer.
    init?(_ configuration: Configuration) {
        let oidc = configuration.oidc
        guard let issuer = oidc.issuer else { return nil }
        let authentication: ClientAuthentication =
            switch oidc.clientAuthentication {
            case .post: .post(secret: oidc.clientSecret ?? "")
            case .basic: .basic(secret: oidc.clientSecret ?? "")
            case .none: .none
            }
        let base = configuration.server.baseURL
        self.init(
            issuer: issuer, clientID: oidc.clientID, authentication: authentication,
            redirectURI: base + AccountPaths.callback)
        postLogoutRedirectURI = base + "/"
        scopes = oidc.scopes
        accountClaims = oidc.accountClaims
        groupsClaim = oidc.groupsClaim
        algorithms = oidc.idTokenAlgorithms.compactMap(SigningAlgorithm.init(rawValue:))
        clockSkew = oidc.clockSkew.components.seconds
        metadataMaxAge = oidc.documentsMaxAge
        keysMaxAge = oidc.documentsMaxAge
        refetchInterval = oidc.refetchInterval
    }
}

extension HTTPClientLimits {
    /// Those of `[oidc]`.
    init(_ oidc: OIDCConfiguration) {
        self.init()
        concurrency = oidc.maxRequests
        waiting = oidc.maxWaiters
        connectTimeout = oidc.connectTimeout
        totalTimeout = oidc.requestTimeout
        maxBodyBytes = oidc.maxResponseSize
    }
}

extension SessionSettings {
    /// The rules and bounds of `[sessions]`.
    init(_ configuration: Configuration) {
        let sessions = configuration.sessions
        rules = SessionRules(
            idleTimeout: sessions.idleTimeout, rightsMaxAge: sessions.rightsMaxAge,
            adminLoginMaxAge: sessions.adminLoginMaxAge, touchInterval: sessions.touchInterval)
        lifetime = sessions.lifetime
        maxPerAccount = sessions.maxPerAccount
        cacheEntries = sessions.cacheEntries
        cacheTimeToLive = sessions.cacheTimeToLive
        refreshRetry = sessions.refreshRetry
        // A refresh is at most discovery, token endpoint and UserInfo, each bounded so.
        refreshLease = configuration.oidc.requestTimeout * 4
    }
}

extension PortalSettings {
    /// The settings in a configuration.
    ///
    /// - Parameters:
    ///   - version: The program's.
    ///   - database: What the database is, in a word or two.
    init(_ configuration: Configuration, version: String, database: String, isDevelopmentLogin: Bool) {
        let pages = configuration.pages
        self.init(baseURL: configuration.server.baseURL, version: version)
        // What goes to a file is in no archive.
        if case .broker = configuration.publisher { messageURL = pages.messageURL }
        links = [(pages.helpURL, "Help"), (pages.sourceURL, "Source")].compactMap { url, text in
            url.map { PageLink(url: $0, text: text) }
        }
        tokensPerPage = pages.listLength
        historyEntries = pages.historyLength
        self.isDevelopmentLogin = isDevelopmentLogin
        canLogIn = isDevelopmentLogin || configuration.oidc.issuer != nil
        versions = [
            LabelledValue(label: "webhook2fedmsg", value: version), LabelledValue(label: "Database", value: database),
        ]
    }
}

extension MessageRenderer {
    /// By the topics, the services and the limits of a configuration.
    public init(_ configuration: Configuration) {
        self.init(
            registry: configuration.services.registry, settings: IngestSettings(configuration),
            exchange: configuration.broker.publishExchange, priority: configuration.broker.publishPriority)
    }
}
