import Encodings
import EventLoop
import HTTPServer
import Logging
import ServiceLifecycle

/// The HTTP server as a part of the process: says that it stops when the process shuts down, stops accepting after the
/// delay, and ends when the requests in flight are answered.
struct HTTPService: Service {
    let server: HTTPServer
    let stopping: Stopping
    /// `server.shutdown_delay`.
    let delay: Duration
    let logger: Logger

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            stopping.begin()
            guard delay > .zero else { return server.beginShutdown() }
            logger.notice("stopping; requests are still taken", metadata: ["for": "\(DurationText.text(delay))"])
            Task {
                try? await Task.sleep(for: delay)
                server.beginShutdown()
            }
        }
    }
}
