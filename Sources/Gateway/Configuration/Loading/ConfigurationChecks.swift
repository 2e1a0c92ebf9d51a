import Database
import FedoraMessaging
import HTTPServer
import OIDC

extension ConfigurationLoader {
    /// Checks what one key alone can't tell.
    mutating func check(knownServices: [String]?) {
        checkPublicURL()
        checkServices(knownServices)
        checkDatabase()
        checkBroker()
        checkOIDC()
        checkPages()
        checkOrder(
            "broker.reconnect_min", "broker.reconnect_max", \.broker.limits.backoffMinimum,
            \.broker.limits.backoffMaximum)
        checkOrder(
            "database.reconnect_min", "database.reconnect_max", \.database.limits.backoff.first,
            \.database.limits.backoff.longest)
        checkOrder(
            "database.connect_timeout", "database.wait_timeout", \.database.limits.connectTimeout,
            \.database.limits.acquireTimeout)
        checkOrder(
            "broker.confirm_timeout", "ingest.deadline", \.broker.limits.confirmTimeout, \.ingest.deadline)
        checkBarePath()
        checkTransport()
        if areSound("server.body_bytes_in_flight", "ingest.max_body_size"),
            configuration.server.limits.bodyBytesInFlight < configuration.ingest.json.maxBytes
        {
            rejectPair("server.body_bytes_in_flight", "ingest.max_body_size", "must not be smaller than")
        }
    }

    private mutating func checkBarePath() {
        let bare = configuration.barePath
        if bare.isEnabled, configuration.server.trustedProxies.isEmpty, configuration.server.tls.certificate == nil,
            configuration.server.publicURL?.hasPrefix("https://") == true
        {
            configuration.warnings.append(
                "server.trusted_proxies is empty: behind a proxy all senders count as one, and whoever sends wrong proofs "
                    + "keeps others out at /<service>")
        }
        if let all = configuration.server.trustedProxies.first(where: { $0.prefixLength == 0 }) {
            configuration.warnings.append(
                "server.trusted_proxies has \(all): everybody can claim to send from any address; name your proxies alone"
            )
        }
        guard bare.isEnabled,
            areSound("bare_path.max_in_flight", "bare_path.max_body_size", "server.body_bytes_in_flight"),
            !Self.fits(
                bare.admission.slots, of: bare.maxBodySize, in: configuration.server.limits.bodyBytesInFlight)
        else { return }
        reject(
            "bare_path.max_in_flight",
            "so many bodies of bare_path.max_body_size are more than server.body_bytes_in_flight, and would keep other "
                + "webhooks from being read",
            at: source(of: "bare_path.max_in_flight") ?? source(of: "bare_path.max_body_size")
                ?? source(of: "server.body_bytes_in_flight"))
    }

    private static func fits(_ count: Int, of size: Int, in room: Int) -> Bool {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        return !overflow && product <= room
    }

    /// Warns of secrets and payloads that go over the network in the clear.
    private mutating func checkTransport() {
        func isElsewhere(_ host: String) -> Bool {
            !host.hasPrefix("/") && !host.hasPrefix("@") && !ListenAddress(host: host, port: 0).isLoopback
        }
        if case .broker(let settings) = configuration.publisher, !settings.usesTLS,
            !settings.address.credentials.password.isEmpty,
            let host = settings.address.hosts.first(where: { isElsewhere($0.name) })
        {
            configuration.warnings.append(
                "the broker's password goes to \(host.name) in the clear: its URL begins with amqp://, not amqps://")
        }
        if areSound("database.url"), let url = configuration.database.url,
            case .postgresql(let settings)? = try? DatabaseURL.parse(url), !settings.requiresEncryption,
            let host = settings.hosts.first(where: isElsewhere)
        {
            configuration.warnings.append(
                "the connection to PostgreSQL at \(host) may be in the clear: set sslmode=verify-full (or require) in "
                    + "database.url")
        }
    }

    private mutating func checkOrder(
        _ lower: String, _ upper: String, _ least: KeyPath<Configuration, Duration>,
        _ most: KeyPath<Configuration, Duration>
    ) {
        guard areSound(lower, upper), configuration[keyPath: least] > configuration[keyPath: most] else { return }
        rejectPair(lower, upper, "must not be longer than")
    }

    /// Notes that two keys don't go together, where one of them was set.
    private mutating func rejectPair(_ key: String, _ other: String, _ words: String) {
        reject(key, "\(words) \(other)", at: source(of: key) ?? source(of: other))
    }

    private mutating func checkPublicURL() {
        guard areSound("server.public_url", "server.listen") else { return }
        if let text = configuration.server.publicURL {
            guard let url = PublicURL.normalized(text) else {
                return reject(
                    "server.public_url",
                    "expected a URL such as \"https://webhooks.example.org\", without path, query or user")
            }
            configuration.server.publicURL = url
        } else if let open = configuration.server.listen.first(where: { !$0.isLoopback }) {
            reject(
                "server.public_url",
                "required because server.listen has \(open), which others can reach: set the URL by which they do",
                at: source(of: "server.listen"))
        }
    }

    private mutating func checkPages() {
        let pages = configuration.pages
        for (key, url) in [
            ("pages.message_url", pages.messageURL), ("pages.help_url", pages.helpURL ?? ""),
            ("pages.source_url", pages.sourceURL ?? ""),
        ] where areSound(key) && !url.isEmpty && !url.hasPrefix("https://") && !url.hasPrefix("http://") {
            reject(key, "expected a URL that begins with https:// or http://")
        }
        if areSound("pages.message_url"), !pages.messageURL.isEmpty, !pages.messageURL.contains("{id}") {
            reject("pages.message_url", "expected {id} in it, where the message's id goes")
        }
    }

    private mutating func checkServices(_ known: [String]?) {
        if configuration.services.enabled.isEmpty && configuration.services.configured.isEmpty {
            configuration.warnings.append("services.enabled is empty: no webhook will be taken")
        }
        guard var known, areSound("services.enabled") else { return }
        // These are offered because they are there; whoever names them again is right too.
        known += configuration.services.configured.map(\.name)
        // The default names services that a program may have been built without.
        if configuration.services.enabled == defaults.services.enabled {
            configuration.services.enabled.removeAll { !known.contains($0) }
        }
        for name in configuration.services.enabled where !known.contains(name) {
            let nearest = NearestName.of(name, among: known) ?? ""
            reject("services.enabled", "there is no service \"\(name)\"; the nearest is \"\(nearest)\"")
        }
    }

    private mutating func checkDatabase() {
        guard areSound("database.url", "state_dir"), let url = configuration.database.url else { return }
        do throws(DatabaseError) {
            guard case .postgresql(let settings) = try DatabaseURL.parse(url), let timeout = settings.connectTimeout,
                areSound("database.wait_timeout"), timeout > configuration.database.limits.acquireTimeout
            else { return }
            reject(
                "database.url",
                "its connect_timeout (or PGCONNECT_TIMEOUT) must not be longer than database.wait_timeout")
        } catch {
            reject("database.url", "expected \"sqlite:PATH\" or \"postgresql://user@host/name\": \(error.message)")
        }
    }

    private static func isTopicByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private mutating func checkBroker() {
        let broker = configuration.broker.settings
        if areSound("broker.publish_exchange"), broker.publishExchange.utf8.count > 255 {
            reject("broker.publish_exchange", "has more than 255 bytes, which AMQP doesn't allow")
        }
        if areSound("broker.topic_prefix"), !broker.topicPrefix.utf8.allSatisfy(Self.isTopicByte) {
            reject("broker.topic_prefix", "expected letters, digits, \".\", \"_\" and \"-\" only")
        }
        // The longest topics of services have some 200 bytes; a prefix may not leave less.
        if areSound("broker.topic_prefix"), broker.topicPrefix.utf8.count > 100 {
            reject("broker.topic_prefix", "has more than 100 bytes: too little of the 255 would be left for topics")
        }
        // One of the two may come from the file that broker.config names.
        checkPair("broker.tls", certificate: broker.tls.certificate, key: broker.tls.key)
        let server = configuration.server
        checkPair("server.tls", certificate: server.tls.certificate, key: server.tls.key)
    }

    private mutating func checkPair(_ section: String, certificate: String?, key: String?) {
        guard areSound("\(section).certfile", "\(section).keyfile"), (certificate == nil) != (key == nil) else {
            return
        }
        let there = key == nil ? "certfile" : "keyfile"
        reject("\(section).\(there)", "certfile and keyfile go together: set both or none")
    }

    // MARK: Logging in

    /// Checks what is needed to log people in.
    private mutating func checkOIDC() {
        let oidc = configuration.oidc.settings
        for name in configuration.sessions.adminGroups where AccountNames.groups([name]).isEmpty {
            reject("sessions.admin_groups", "\"\(name)\" cannot be a group's name")
        }
        if areSound("oidc.account_claims"), oidc.accountClaims.isEmpty {
            reject("oidc.account_claims", "expected at least one claim")
        }
        guard configuration.oidc.isConfigured, areSound("oidc.issuer") else { return }
        let issuer = oidc.issuer
        let isPlain = issuer.hasPrefix("http://") && LoopbackHost.isLoopback(url: issuer)
        guard issuer.hasPrefix("https://") || isPlain, issuer.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !issuer.contains(where: { "?#".contains($0) })
        else {
            return reject(
                "oidc.issuer",
                "expected an https:// URL without query (http:// is taken on loopback alone), such as "
                    + "\"https://id.fedoraproject.org/openidc\"")
        }
        if areSound("oidc.scopes"), !oidc.scopes.contains("openid") {
            reject("oidc.scopes", "\"openid\" must be among them")
        }
        checkClientSecret()
        if areSound("server.public_url", "server.listen") {
            let base = configuration.server.baseURL
            guard base.hasPrefix("https://") || LoopbackHost.isLoopback(url: base) else {
                return reject(
                    "server.public_url", "must be https:// (or on loopback) where people log in: cookies go over it")
            }
        }
    }

    private mutating func checkClientSecret() {
        guard areSound("oidc.client_secret", "oidc.client_authentication") else { return }
        switch (configuration.oidc.settings.clientAuthentication, configuration.oidc.settings.clientSecret) {
        case (.none, nil), (.post, _?), (.basic, _?): break
        case (.none, _?):
            reject("oidc.client_secret", "client_authentication is \"none\", which has no secret: leave it out")
        case (let method, nil):
            reject(
                "oidc.client_secret", "required for \(method.rawValue): set it, or client_authentication to \"none\"",
                at: source(of: "oidc.issuer"))
        }
    }
}

/// The URL by which others reach the server.
enum PublicURL {
    /// `scheme://host[:port]` of a text, without the slash at its end; nil if the text is anything else, or more.
    static func normalized(_ text: String) -> String? {
        // By bytes first: steps back over characters of other scripts take the square of their number.
        guard text.utf8.allSatisfy({ $0 < 0x80 }), let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        var authority = text[mark.upperBound...]
        if authority.last == "/" { authority = authority.dropLast() }
        var host = authority
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            host = authority[..<colon]
            let digits = authority[authority.index(after: colon)...]
            guard let port = UInt16(digits), port > 0, digits.first != "+" else { return nil }
        }
        if host.first == "[" {
            let inner = host.dropFirst().dropLast()
            guard host.last == "]", inner.contains(":"), inner.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
            else { return nil }
        } else {
            guard !host.isEmpty, host.utf8.allSatisfy({ isHostByte($0) }) else { return nil }
        }
        return "\(scheme)://\(authority.lowercased())"
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
