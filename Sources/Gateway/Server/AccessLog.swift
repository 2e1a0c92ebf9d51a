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
