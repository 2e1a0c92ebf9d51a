import AMQP
import EventLoop
import FedoraMessaging
import Foundation
import Testing

@testable import Gateway

/// From what people write to what the connection is made with.
@Suite struct BrokerConnectionSettingsTests {
    private func settings(_ file: String, connectTimeout: Duration = .seconds(10)) throws -> ConnectionSettings {
        let folder = try TemporaryFolder()
        let path = folder.path + "/config.toml"
        try file.write(toFile: path, atomically: true, encoding: .utf8)
        return ConnectionSettings(connectTimeout: connectTimeout)
            .reaching(try BrokerSettings.load(path: path), version: "1.2.3")
    }

    @Test func `everything that AURL and a file say`() throws {
        let settings = try settings(
            """
            amqp_url = "amqps://ann:sesame@one.example.org,two.example.org:5673/%2Fpub%2Fsub?heartbeat=17\
            &connection_attempts=4&retry_delay=1.5&socket_timeout=2.5&stack_timeout=7&blocked_connection_timeout=90\
            &channel_max=9&frame_max=8192&locale=de_DE\
            &tcp_options={'TCP_USER_TIMEOUT':1500,'TCP_KEEPIDLE':11,'TCP_KEEPINTVL':12,'TCP_KEEPCNT':13}\
            &ssl_options={'server_hostname':'broker.example.org'}"
            publish_exchange = "zod"
            passive_declares = true
            publish_priority = 3
            [tls]
            ca_cert = "/ca"
            certfile = "/c"
            keyfile = "/k"
            [client_properties]
            app = "ours"
            number = 3
            flag = true
            """)
        #expect(
            settings.endpoints == [
                BrokerEndpoint(host: "one.example.org", port: 5671),
                BrokerEndpoint(host: "two.example.org", port: 5673),
            ])
        #expect(settings.virtualHost == "/pub/sub")
        #expect(
            settings.tls
                == TLSSettings(
                    files: .init(authorities: "/ca", certificate: "/c", key: "/k"), serverName: "broker.example.org"))
        #expect(settings.mechanism == .external)
        #expect(settings.heartbeat == 17)
        #expect(settings.frameMax == 8192)
        #expect(settings.channelMax == 9)
        #expect(settings.connectTimeout == .seconds(7))
        #expect(settings.tcpTimeout == .seconds(2.5))
        var options = TCPOptions()
        (options.userTimeout, options.keepIdle, options.keepInterval, options.keepCount) = (1500, 11, 12, 13)
        #expect(settings.tcpOptions == options)
        #expect(settings.attemptsPerRound == 4)
        #expect(settings.retryDelay == .seconds(1.5))
        #expect(settings.blockedTimeout == .seconds(90))
        #expect(settings.requiredExchange == "zod")
        #expect(settings.locale == "de_DE")
        #expect(settings.clientProperties["app"] == .longString("ours"))
        #expect(settings.clientProperties["number"] == .int64(3))
        #expect(settings.clientProperties["flag"] == .bool(true))
        // What the shipped file says of product, version and information.
        #expect(settings.clientProperties["product"] == .longString("webhook2fedmsg"))
        #expect(settings.clientProperties["version"] == .longString("1.2.3"))
        #expect(settings.clientProperties["information"] != nil)
        #expect(settings.connectionName == "webhook2fedmsg")
    }

    @Test func `what is not said`() throws {
        let settings = try settings("amqp_url = \"amqp://ann:s%2Fsame@h\"", connectTimeout: .seconds(4))
        #expect(settings.endpoints == [BrokerEndpoint(host: "h", port: 5672)])
        #expect(settings.virtualHost == "/" && settings.tls == nil)
        #expect(settings.mechanism == .plain(username: "ann", password: "s/same"))
        #expect(settings.heartbeat == 60 && settings.frameMax == 131_072 && settings.channelMax == 65_535)
        #expect(settings.connectTimeout == .seconds(4) && settings.tcpTimeout == nil)
        #expect(settings.tcpOptions == TCPOptions() && settings.attemptsPerRound == 1)
        #expect(settings.blockedTimeout == nil && settings.requiredExchange == nil && settings.locale == "en_US")
        #expect(settings.clientProperties["app"] == .longString("webhook2fedmsg"))
    }
}
