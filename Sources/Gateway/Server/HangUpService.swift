import Logging
import ServiceLifecycle
import UnixSignals

/// What SIGHUP does: the file of messages is opened anew, for the rotation of files. Nothing else is read again.
struct HangUpService: Service {
    let file: FilePublisher?
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            guard let file else {
                logger.notice("SIGHUP: there is no file to open anew")
                continue
            }
            do throws(FilePublisherError) {
                try await file.reopen()
                logger.notice("SIGHUP: opened the file of messages anew")
            } catch {
                logger.error("SIGHUP: the file of messages stays as it is", metadata: ["error": "\(error)"])
            }
        }
    }
}
