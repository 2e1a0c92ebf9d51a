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

    private func advice(_ code: UInt16, _ text: String) throws -> String? {
        try RefusalAdvice.onClose(CloseReason(code: code, text: text), identity("somebody"), settings)
    }

    // The texts are RabbitMQ's own.

    @Test
    func `a user that the broker does not know`() throws {
        let text = "ACCESS_REFUSED - Login was refused using authentication mechanism EXTERNAL. For details see the …"
        let advice = try #require(try advice(403, text))
        #expect(advice.contains("client.crt has the CN somebody, and RabbitMQ knows no such user"))
        #expect(advice.hasSuffix("rabbitmqctl add_user somebody"))
    }

    @Test
    func `a user that may not use the virtual host`() throws {
        let advice = try advice(530, "NOT_ALLOWED - access to vhost '/pubsub' refused for user 'somebody'")
        #expect(advice?.hasSuffix(#"rabbitmqctl set_permissions -p /pubsub somebody '^$' '^amq\.topic$' '^$'"#) == true)
    }

    @Test
    func `a virtual host that is not there`() throws {
        let advice = try advice(530, "NOT_ALLOWED - vhost /pubsub not found")
        #expect(advice == "there is no such virtual host: rabbitmqctl add_vhost /pubsub")
    }

    @Test(
        arguments: [
            (530, "NOT_ALLOWED - access to vhost '/v' refused for user 'somebody': connection limit (1) is reached"),
            (530, "NOT_ALLOWED - connection refused for user 'somebody': user connection limit (1) is reached"),
            (320, "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'"),
        ] as [(UInt16, String)])
    func `no advice where something else is wrong`(code: UInt16, text: String) throws {
        #expect(try advice(code, text) == nil)
    }

    @Test
    func `no advice where the certificate is not the login`() throws {
        let refusal = CloseReason(code: 403, text: "ACCESS_REFUSED")
        #expect(RefusalAdvice.onClose(refusal, nil, settings) == nil)
        var plain = settings
        plain.mechanism = .plain(username: "u", password: "p")
        #expect(try RefusalAdvice.onClose(refusal, identity("somebody"), plain) == nil)
    }

    @Test
    func `the certificate that the broker refused is named, with its date`() throws {
        let refused = StreamError.tls(.alert("unknown ca"))
        let identity = try #require(try identity("somebody"))
        let text = RefusalAdvice.text(of: refused, identity)
        #expect(text.hasPrefix("the other side refused TLS: alert unknown ca; it was shown the certificate in "))
        #expect(text.contains("\(identity.file) (CN somebody, valid until 20") && text.hasSuffix(" UTC)"))
        #expect(RefusalAdvice.text(of: refused, nil).hasSuffix("shown no certificate of ours (certfile and keyfile)"))
        for other in [StreamError.tls(.hungUp), .tls(.alert("protocol version"))] {
            #expect(RefusalAdvice.text(of: other, identity) == "\(other)")
        }
    }
}
