import HTTPServer

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
