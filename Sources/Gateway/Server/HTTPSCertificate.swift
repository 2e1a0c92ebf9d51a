import EventLoop
import HTTPServer
import Logging

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
