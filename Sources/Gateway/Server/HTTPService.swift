import HTTPServer
import Logging
import ServiceLifecycle

/// The HTTP server as a part of the process: stops accepting when the process shuts down, and ends when the requests
/// in flight are answered.
struct HTTPService: Service {
    let server: HTTPServer

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            server.beginShutdown()
        }
    }
}
