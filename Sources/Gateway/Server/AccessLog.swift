import EventLoop
import HTTPServer
import Logging
import ServiceLifecycle

/// One line a request, from the server's own record of it: nothing in it is longer than the record's bounds, and no
/// header, query or body is, nor a whole token's id. What went well is logged at `debug`, so that a flood of good webhooks
/// costs no line each; refusals at `info`, failures of this side at `warning`. Of these two, what is above a rate is
/// summed up by source and minute.
final class AccessLog: RequestObserver {
    let logger: Logger
    private let tally = Locked(RefusalTally())

    init(logger: Logger) {
        self.logger = logger
    }

    /// Requests that are not logged cost no record and no formatting.
    func isInterested(in status: HTTPStatus) -> Bool {
        logger.logLevel <= Self.level(of: status)
    }

    func requestFinished(_ record: RequestRecord) {
        let status = Int(record.status.code)
        guard isInterested(in: record.status), status < 400 || isLogged(record.client, status: status) else { return }
        var metadata: Logger.Metadata = [
            "request": "\(record.requestID)",
            "remote": "\(record.client)",
            "method": "\(record.method)",
            "path": "\(LoggedPath.of(record.path))",
            "status": "\(record.status.code)",
            "received": "\(record.bodyBytes)",
            "microseconds": "\(record.duration / .microseconds(1))",
        ]
        if record.client != .address(record.remoteAddress.unmapped) { metadata["proxy"] = "\(record.remoteAddress)" }
        if let refusal = record.refusal { metadata["refusal"] = "\(refusal)" }
        if !record.isDelivered { metadata["delivered"] = "false" }
        logger.log(level: Self.level(of: record.status), "request", metadata: metadata)
    }

    func handshakeFailed(_ remoteAddress: SocketAddress, _ error: StreamError) {
        // Who does not accept our certificate says so by an alert; all else is noise of the net.
        var level = Logger.Level.debug
        if case .tls(.alert) = error { level = .info }
        guard logger.logLevel <= level, isLogged(.address(remoteAddress), status: 0) else { return }
        logger.log(
            level: level, "TLS handshake failed", metadata: ["remote": "\(remoteAddress)", "error": "\(error)"])
    }

    static func level(of status: HTTPStatus) -> Logger.Level {
        switch status.code {
        case ..<400: .debug
        case ..<500: .info
        default: .warning
        }
    }

    /// Tells of what was not logged, if a minute has passed.
    func sumUp(isLast: Bool = false) {
        tell(tally.withLock { $0.end(now: .now, isLast: isLast) })
    }

    private func isLogged(_ client: ClientAddress, status: Int) -> Bool {
        let (isLogged, sums) = tally.withLock { $0.note(client, status: status, now: .now) }
        tell(sums)
        return isLogged
    }

    private func tell(_ sums: [RefusalTally.Sum]) {
        for sum in sums {
            let statuses = sum.statuses.sorted { $0.key < $1.key }.map { status, count in
                status == 0 ? "TLS handshake: \(count)" : "\(status): \(count)"
            }
            // As loud as what it stands for, or a log of warnings would lack them.
            let isOurs = sum.statuses.keys.contains { $0 >= 500 }
            logger.log(
                level: isOurs ? .warning : .info, "requests refused and summed up",
                metadata: [
                    "remote": "\(sum.remote ?? "others")", "requests": "\(sum.count)",
                    "statuses": "\(statuses.joined(separator: ", "))",
                ])
        }
    }
}

/// Sees to it that the sums of refusals are told when nothing more comes, and at the end.
struct AccessLogService: Service {
    let log: AccessLog

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: RefusalTally.period)
                log.sumUp()
            }
        }
        try? await gracefulShutdown()
        log.sumUp(isLast: true)
    }
}

/// The choice of refusals that are logged one by one, and the summary of the others: a line for each source and minute.
/// Whoever sends nothing but nonsense must not fill the disk. Without I/O: time is passed in.
struct RefusalTally {
    typealias Instant = ContinuousClock.Instant

    /// Refusals that were counted and not logged.
    struct Sum: Hashable {
        /// An address of the source; nil for all sources that had no entry of their own.
        var remote: String?
        /// The number of refusals.
        var count: Int
        /// The number of each status.
        var statuses: [Int: Int]
    }

    /// Lines of one source in a minute.
    static let linesPerSource = 30
    /// Lines of all sources in a minute.
    static let lines = 300
    /// Sources that are counted by themselves, and told of by a line each.
    static let maximumSources = 50
    static let period = Duration.seconds(60)

    private struct Entry {
        var remote: String
        var logged = 0
        var sum: Sum?
    }

    private var start: Instant?
    private var logged = 0
    private var entries: [ClientSource?: Entry] = [:]
    private var others = Sum(remote: nil, count: 0, statuses: [:])

    /// A request was refused.
    /// - Returns: whether it is to be logged, and what is to be told of the minute before.
    mutating func note(_ client: ClientAddress, status: Int, now: Instant) -> (isLogged: Bool, sums: [Sum]) {
        let sums = end(now: now, isLast: false)
        if start == nil { start = now }
        let source = client.source
        if entries[source] == nil, entries.count < Self.maximumSources {
            entries[source] = Entry(remote: Self.host(of: client))
        }
        let ofSource = entries[source]?.logged ?? 0
        if logged < Self.lines, ofSource < Self.linesPerSource {
            logged += 1
            entries[source]?.logged += 1
            return (true, sums)
        }
        if var entry = entries[source] {
            var sum = entry.sum ?? Sum(remote: entry.remote, count: 0, statuses: [:])
            Self.count(status, in: &sum)
            entry.sum = sum
            entries[source] = entry
        } else {
            Self.count(status, in: &others)
        }
        return (false, sums)
    }

    /// Returns the summary if a minute has passed, or if this is the end.
    mutating func end(now: Instant, isLast: Bool) -> [Sum] {
        guard let start, isLast || now >= start + Self.period else { return [] }
        var sums = entries.values.compactMap(\.sum).sorted { $0.count > $1.count }
        if others.count > 0 { sums.append(others) }
        self = RefusalTally()
        return sums
    }

    private static func count(_ status: Int, in sum: inout Sum) {
        // A minute has fewer requests than an integer has numbers.
        sum.count &+= 1
        sum.statuses[status, default: 0] &+= 1
    }

    private static func host(of client: ClientAddress) -> String {
        if case .address(let address) = client { address.host } else { "\(client)" }
    }
}
