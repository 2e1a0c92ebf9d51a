import FedoraMessaging
import Testing

@Suite struct BrokerAddressTests {
    @Test func `everything may be missing`() throws {
        let address = try BrokerAddress(url: "amqp://?connection_attempts=3&retry_delay=5")
        #expect(address.host == "localhost" && address.port == 5672 && address.virtualHost == "/")
        #expect(address.credentials == BrokerCredentials(username: "guest", password: "guest"))
        #expect(address.connectionAttempts == 3 && address.retryDelay == .seconds(5) && address.heartbeat == nil)
        #expect(!address.usesTLS)
        #expect(BrokerSettings().address == address)
    }

    @Test func `everything may be there`() throws {
        let address = try BrokerAddress(
            url: "AMQPS://w2%66m:p%40ss%2F%3A@Broker.Example.org:5673/%2Fpubsub?heartbeat=10&socket_timeout=2.5"
                + "&stack_timeout=7&blocked_connection_timeout=0&channel_max=2047&frame_max=4096&locale=de_DE#x")
        #expect(address.usesTLS && address.host == "broker.example.org" && address.port == 5673)
        #expect(address.credentials == BrokerCredentials(username: "w2fm", password: "p@ss/:"))
        #expect(address.virtualHost == "/pubsub")
        #expect(address.heartbeat == .seconds(10) && address.socketTimeout == .milliseconds(2500))
        #expect(address.stackTimeout == .seconds(7) && address.blockedConnectionTimeout == .zero)
        #expect(address.channelMax == 2047 && address.frameMax == 4096 && address.locale == "de_DE")
    }

    @Test(arguments: [
        ("amqp://h", "/", 5672), ("amqps://h", "/", 5671), ("amqp://h/", "/", 5672), ("amqp://h/a/b", "a", 5672),
        ("amqp://h:/x", "x", 5672), ("amqp://h/?heartbeat=", "/", 5672),
    ])
    func `parts`(url: String, virtualHost: String, port: Int) throws {
        let address = try BrokerAddress(url: url)
        #expect(address.host == "h" && address.virtualHost == virtualHost && address.port == port)
    }

    /// pika takes these for a virtual host without a name, which there is none of.
    @Test(arguments: ["amqps://h//vhost", "amqp://h//", "amqp://h//x?heartbeat=1"])
    func `slashes that are not encoded`(url: String) {
        do throws(BrokerAddressError) {
            _ = try BrokerAddress(url: url)
            Issue.record("taken")
        } catch {
            #expect(error.description.contains("%2F"))
        }
    }

    @Test func `several hosts`() throws {
        let address = try BrokerAddress(url: "amqps://a:1@One.example.org,two.example.org:5673,[fd00::1]/v")
        #expect(
            address.hosts == [
                BrokerHost(name: "one.example.org", port: 5671), BrokerHost(name: "two.example.org", port: 5673),
                BrokerHost(name: "fd00::1", port: 5671),
            ])
        #expect(address.description == "amqps://a:***@one.example.org:5671,two.example.org:5673,[fd00::1]:5671/v")
    }

    /// As pika's documentation and fedora-messaging's show them.
    @Test func `dictionaries`() throws {
        let address = try BrokerAddress(
            url: "amqp://h/v?ssl_options=%7B%27ca_certs%27%3A+%27%2Fetc%2Fca.pem%27%2C+%27certfile%27%3A+%27%2Fc%27%2C"
                + "%27keyfile%27%3A%27%2Fk%27%2C'server_hostname':%22mq%22%7D&tcp_options={'TCP_KEEPIDLE':60,"
                + "'TCP_USER_TIMEOUT': 1500}&client_properties={'app': 'me', 'n': 3, 'x': True, 'y': None}")
        #expect(address.usesTLS && address.port == 5672)
        #expect(
            address.tls == BrokerTLS(caCertificate: "/etc/ca.pem", certificate: "/c", key: "/k", serverName: "mq"))
        #expect(address.tcpOptions.keepIdle == 60 && address.tcpOptions.userTimeout == 1500)
        #expect(address.tcpOptions.keepCount == nil)
        #expect(
            address.clientProperties == [
                ClientProperty(name: "app", value: .string("me")), ClientProperty(name: "n", value: .integer(3)),
                ClientProperty(name: "x", value: .boolean(true)),
            ])
        #expect(try BrokerAddress(url: "amqp://h?ssl_options=None").usesTLS == false)
        #expect(try BrokerAddress(url: "amqp://h?ssl_options={'certfile': '/both'}").tls.key == "/both")
    }

    @Test func `hosts of I pv 6 and last at`() throws {
        let address = try BrokerAddress(url: "amqp://fedora:@[fd00::1]:5")
        #expect(address.host == "fd00::1" && address.port == 5 && address.credentials.password.isEmpty)
        #expect(address.description == "amqp://fedora:***@[fd00::1]:5/%2F")
        #expect(try BrokerAddress(url: "amqp://u:a@b@h").credentials.password == "a@b")
    }

    @Test(arguments: [
        ("localhost", "expected a URL"), ("http://h", "amqp://"), ("amqp://u:sesame/x@h", "percent-encoded"),
        // The piece before the cut reads as a port, or as the host after another @: only the @ behind it tells.
        ("amqp://u:12/sesame@h", "percent-encoded"), ("amqp://u:12?sesame@h/v", "percent-encoded"),
        ("amqp://u:12?sesame=1@h/v", "percent-encoded"), ("amqp://u:12#sesame@h", "percent-encoded"),
        ("amqp://u:p@sesame/x@h", "percent-encoded"),
        ("amqp://h:70000", "port"), ("amqp://h:0", "port"), ("amqp://[::1", "bracket"),
        ("amqp://h?hartbeat=1", "is heartbeat meant?"), ("amqp://h?heartbeat=1&heartbeat=2", "more than once"),
        ("amqp://h?heartbeat=-1", "0 to 65535"), ("amqp://h?retry_delay=soon", "seconds"),
        ("amqp://h?socket_timeout=0", "greater than 0"), ("amqp://h?frame_max=1", "4096"),
        ("amqp://h?ssl_options=x", "as Python writes it"),
        ("amqp://h?ssl_options=%7B'password':'x'%7D", "not password"),
        ("amqp://h?ssl_options=%7B'keyfile':'/k'%7D", "needs a certfile"),
        ("amqps://h?ssl_options=None", "contradicts"),
        ("amqp://h?client_properties=%7B'product':'mine'%7D", "reserved"),
        ("amqp://h?tcp_options=%7B'TCP_KEEPIDEL':1%7D", "is TCP_KEEPIDLE meant?"),
        ("amqp://h?tcp_options=%7B'TCP_KEEPIDLE':-1%7D", "positive integer"), ("amqp://h,i,h:5672", "more than once"),
        ("amqp://h?stack_timeout=inf", "seconds"),
    ])
    func `rejected`(url: String, words: String) {
        let error = #expect(throws: BrokerAddressError.self) { try BrokerAddress(url: url) }
        #expect(error?.description.contains(words) == true)
        #expect(error?.description.contains("sesame") == false)
    }

    @Test func `an address for mail may stand in an option`() throws {
        let address = try BrokerAddress(url: "amqps://h/v?client_properties={'app_contacts': 'a@example.org'}")
        #expect(address.clientProperties?.contains { $0.value == .string("a@example.org") } == true)
        #expect(address.hosts.map(\.name) == ["h"])
    }

    @Test func `passwords do not show`() throws {
        let address = try BrokerAddress(url: "amqp://bob:sesame@h/v")
        var settings = BrokerSettings()
        settings.address = address
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(address)", "\(settings)", String(reflecting: address.credentials), dumped] {
            #expect(text.contains("bob") && !text.contains("sesame"))
        }
    }
}
