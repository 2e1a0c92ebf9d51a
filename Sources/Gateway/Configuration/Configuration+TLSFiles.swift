import EventLoop
import FedoraMessaging

extension Configuration {
    /// Returns the faults of the TLS files at this moment, for `check-config`. Reads them, and blocks for the disk.
    ///
    /// The server itself does not start without its own certificate, but reads those for the broker whenever it connects.
    public func problemsOfTLSFiles() -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        if let files = server.tls.files {
            do throws(TLSError) {
                if let problem = try TLSServerContext(files).validity { throw problem }
            } catch {
                problems.append(problem("server.tls", error))
            }
        }
        if case .broker(let settings) = publisher, settings.usesTLS {
            do throws(TLSError) {
                _ = try TLSClientContext(TLSClientContext.Files(settings.effectiveTLS))
            } catch {
                problems.append(problem("broker.tls", error))
            }
        }
        return problems
    }

    private func problem(_ section: String, _ error: TLSError) -> SettingsProblem {
        SettingsProblem(source: .builtIn, key: section, message: error.description)
    }
}

extension TLSClientContext.Files {
    /// The files that fedora-messaging's settings name.
    init(_ tls: BrokerTLS) {
        self.init(authorities: tls.caCertificate, certificate: tls.certificate, key: tls.key)
    }
}
