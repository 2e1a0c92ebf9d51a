import EventLoop
import HTTPServer
import Logging

/// One line a request, from the server's own record of it: nothing in it is longer than the record's bounds, and no
/// header, query or body is, nor a whole token's id. What went well is logged at `debug`, so that a flood of good webhooks costs no line each;
/// refusals at `info`, failures of this side at `warning`.
struct AccessLog: RequestObserver {
    let logger: Logger

    /// What is not logged costs no record and no formatting.
    func isInterested(in status: HTTPStatus) -> Bool {
        logger.logLevel <= Self.level(of: status)
    }

    func requestFinished(_ record: RequestRecord) {
        guard isInterested(in: record.status) else { return }
        var metadata: Logger.Metadata = [
            "request": "\(record.requestID)",
            "remote": "\(record.remoteAddress)",
            "method": "\(record.method)",
            "path": "\(LoggedPath.of(record.path))",
            "status": "\(record.status.code)",
            "received": "\(record.bodyBytes)",
            "microseconds": "\(record.duration / .microseconds(1))",
        ]
        if let refusal = record.refusal { metadata["refusal"] = "\(refusal)" }
        if !record.isDelivered { metadata["delivered"] = "false" }
        logger.log(level: Self.level(of: record.status), "request", metadata: metadata)
    }

    func handshakeFailed(_ remoteAddress: SocketAddress, _ error: StreamError) {
        // Who does not accept our certificate says so by an alert; all else is noise of the net.
        var level = Logger.Level.debug
        if case .tls(.alert) = error { level = .info }
        guard logger.logLevel <= level else { return }
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
}
