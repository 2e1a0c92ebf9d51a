import CProcess
import Logging

/// File descriptors: as many as the process may have, and what is left of them for connections.
enum DescriptorLimit {
    /// Kept for what opens now and then: files that are read anew, look-ups of names, a reconnection beside the old one.
    private static let reserve = 64
    /// With fewer connections than these a server is of no use.
    private static let leastConnections = 16

    /// The reason why connections are fewer than was asked for, or none can be served.
    struct Shortage: Error, Hashable, CustomStringConvertible {
        /// Descriptors that the process may have.
        let limit: Int
        /// Descriptors that the configuration needs.
        let needed: Int
        /// Connections that are left; nil if they are too few.
        let connections: Int?

        var description: String {
            let what =
                "server.max_connections and the rest need \(needed) file descriptors, and the process may have \(limit)"
            guard let connections else { return "\(what): raise the limit (ulimit -n, LimitNOFILE=)" }
            return
                "\(what): connections are limited to \(connections); raise the limit (ulimit -n, LimitNOFILE=), or lower "
                + "server.max_connections"
        }
    }

    /// Raises the limit to the highest that the process may set, and returns the configuration with as many connections as
    /// fit then.
    /// - Throws: `Shortage` where these are too few.
    static func fit(_ configuration: Configuration, logger: Logger) throws(Shortage) -> Configuration {
        guard let shortage = shortage(of: configuration, limit: Int(w2f_raise_descriptor_limit())) else {
            return configuration
        }
        guard let connections = shortage.connections else { throw shortage }
        logger.warning("\(shortage)")
        var fitted = configuration
        fitted.server.limits.maxConnections = connections
        return fitted
    }

    /// The highest limit that the process may set.
    static func highest() -> Int { Int(w2f_highest_descriptor_limit()) }

    /// Returns the shortage of descriptors; nil if there are enough.
    static func shortage(of configuration: Configuration, limit: Int) -> Shortage? {
        let rest = besidesConnections(configuration)
        let needed = configuration.server.limits.maxConnections + rest
        guard needed > limit else { return nil }
        let left = limit - rest
        let isEnough = left >= min(leastConnections, configuration.server.limits.maxConnections)
        return Shortage(limit: limit, needed: needed, connections: isEnough ? left : nil)
    }

    /// Descriptors for all but connections. Each part is bounded by the table of keys, so the sum cannot overflow.
    private static func besidesConnections(_ configuration: Configuration) -> Int {
        let loops = configuration.server.loopCount
        let listeners = configuration.server.listen.count * 4
        // An epoll and an event descriptor each, and a connection to the broker; one more of these for the rest.
        let ofLoops = loops * 3 + 1
        // A connection may be made while another is given up; two that listen.
        let database = configuration.database.limits.connections * 2 + 2
        return reserve + listeners + ofLoops + database + configuration.oidc.limits.concurrency * 2
    }
}
