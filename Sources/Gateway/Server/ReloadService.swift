import EventLoop
import HTTPServer
import Logging
import ServiceLifecycle
import UnixSignals

/// The service behind SIGHUP: the file of messages is opened anew, for the rotation of files, and the certificate for
/// HTTPS is read anew. Nothing else is read again.
struct ReloadService: Service {
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

/// The certificate for HTTPS: read at the start, and anew on SIGHUP.
struct HTTPSCertificate: Sendable {
    /// The certificate of the HTTP server for new connections.
    let tls: ServerTLS
    private let files: TLSServerContext.Files
    private let logger: Logger

    /// Reads the files; nil if HTTPS is not to be spoken. One that is not valid at this time is served all the same, for a
    /// proxy may not care, and the health checks would fail with it.
    /// - Throws: `GatewayError.certificate`.
    static func load(_ configuration: ServerConfiguration.TLSFiles, logger: Logger) async throws -> HTTPSCertificate? {
        guard let files = configuration.files else { return nil }
        do throws(TLSError) {
            let context = try await read(files)
            if let problem = context.validity { logger.error("HTTPS: \(problem); it is shown all the same") }
            logger.notice("HTTPS", metadata: ["certificate": "\(files.certificate)", "until": "\(context.validUntil)"])
            return HTTPSCertificate(tls: ServerTLS(context), files: files, logger: logger)
        } catch {
            throw GatewayError.certificate(error)
        }
    }

    /// Reads the files anew, and shows the certificate to new connections if nothing is wrong with it.
    func reload() async {
        let permissions = KeyFilePermissions(path: files.key)?.sentences(about: files.key)
        for warning in permissions?.warnings ?? [] { logger.warning("SIGHUP: \(warning)") }
        guard permissions?.problems.isEmpty ?? true else {
            let problem = permissions?.problems.joined(separator: "; ") ?? ""
            logger.error("SIGHUP: the certificate for HTTPS stays as it is", metadata: ["error": "\(problem)"])
            return
        }
        do throws(TLSError) {
            let context = try await Self.read(files)
            if let problem = context.validity { throw problem }
            tls.replace(with: context)
            logger.notice("SIGHUP: new certificate for HTTPS", metadata: ["until": "\(context.validUntil)"])
        } catch {
            logger.error("SIGHUP: the certificate for HTTPS stays as it is", metadata: ["error": "\(error)"])
        }
    }

    private static func read(_ files: TLSServerContext.Files) async throws(TLSError) -> TLSServerContext {
        try await TLSServerContext.load(files, applicationProtocol: "http/1.1")
    }
}

/// The reason why the server cannot start, where no other error says it.
enum GatewayError: Error, CustomStringConvertible {
    /// The certificate for HTTPS can't be used.
    case certificate(TLSError)

    var description: String {
        switch self {
        case .certificate(let error): "server.tls: \(error)"
        }
    }
}
