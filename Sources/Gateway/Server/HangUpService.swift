import Logging
import ServiceLifecycle
import UnixSignals

/// The service behind SIGHUP: the file of messages is opened anew, for the rotation of files, and the certificate for
/// HTTPS is read anew. Nothing else is read again.
struct HangUpService: Service {
    let file: FilePublisher?
    let certificate: HTTPSCertificate?
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            if file == nil, certificate == nil { logger.notice("SIGHUP: there is nothing to read or open anew") }
            await certificate?.reload()
            if let file { await reopen(file) }
        }
    }

    private func reopen(_ file: FilePublisher) async {
        do throws(FilePublisherError) {
            try await file.reopen()
            logger.notice("SIGHUP: opened the file of messages anew")
        } catch {
            logger.error("SIGHUP: the file of messages stays as it is", metadata: ["error": "\(error)"])
        }
    }
}
