import EventLoop
import TLSTesting
import Testing

@testable import AMQP

/// What people are told where the broker leaves open why it does not let us in.
@Suite("Advice on refusals")
struct RefusalAdviceTests {
    private func identity(_ commonName: String) throws -> TLSIdentity? {
        let authority = try TestAuthority()
        let files = try authority.issue("client", commonName: commonName, names: nil)
        return try TLSClientContext(.init(certificate: files.certificate, key: files.key)).identity
    }

    private var settings: ConnectionSettings {
        ConnectionSettings(endpoints: [BrokerEndpoint(host: "h")], virtualHost: "/pubsub", mechanism: .external)
    }

    @Test("a user that the broker does not know, or its virtual host does not", arguments: [UInt16(403), 530])
    func user(code: UInt16) throws {
        let advice = try #require(RefusalAdvice.onClose(code, identity("somebody"), settings))
        #expect(advice.contains("client.crt has the CN somebody: RabbitMQ knows no user `somebody`"))
        #expect(advice.contains("it may not use the vhost `/pubsub`"))
        #expect(advice.contains("rabbitmqctl add_user, rabbitmqctl set_permissions -p /pubsub somebody"))
    }

    @Test("nothing where something else is wrong, or a password was the login")
    func others() throws {
        #expect(try RefusalAdvice.onClose(320, identity("somebody"), settings) == nil)
        #expect(RefusalAdvice.onClose(403, nil, settings) == nil)
        var plain = settings
        plain.mechanism = .plain(username: "u", password: "p")
        #expect(try RefusalAdvice.onClose(403, identity("somebody"), plain) == nil)
    }

    @Test("the certificate that the broker refused is named, with its date")
    func alert() throws {
        let refused = StreamError.tls(.alert("unknown ca"))
        let identity = try #require(try identity("somebody"))
        let text = RefusalAdvice.text(of: refused, identity)
        #expect(text.hasPrefix("the other side refused TLS: alert unknown ca; it was shown the certificate in "))
        #expect(text.contains("\(identity.file) (CN somebody, valid until 20") && text.hasSuffix(" UTC)"))
        #expect(RefusalAdvice.text(of: refused, nil).hasSuffix("shown no certificate of ours (certfile and keyfile)"))
        #expect(RefusalAdvice.text(of: .tls(.hungUp), identity) == "\(StreamError.tls(.hungUp))")
    }
}
