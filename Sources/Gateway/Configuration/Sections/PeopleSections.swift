import HTTPClient
import OIDC

/// The provider that people log in at, and the requests to it.
struct OIDCConfiguration: Sendable {
    /// The provider, and this server as its client. Without an issuer, nobody logs in; the redirect URI is the server's.
    var settings = OIDCSettings()
    /// The bounds of requests to the provider.
    var limits = HTTPClientLimits()
    /// The certificate authorities to trust with it.
    var client = HTTPClientSettings()

    /// A Boolean value that indicates whether people can log in.
    var isConfigured: Bool { !settings.issuer.isEmpty }
}

extension ConfigurationSection {
    /// `[oidc]`
    static let oidc = ConfigurationSection(
        "oidc",
        documentation: [
            "Where people log in: an OpenID provider. Its client for this server has the redirect URI",
            "<server.public_url>/login/callback, letter by letter. Without issuer nobody can log in.",
        ],
        keys: [
            key(
                "issuer", \.oidc.settings.issuer, .string("a URL"),
                "The provider's issuer URL, such as \"https://id.fedoraproject.org/openidc\"."),
            key(
                "client_id", \.oidc.settings.clientID, .string("a client's id", emptyAllowed: false),
                "What the provider calls us."),
            key(
                "client_secret", \.oidc.settings.clientSecret, .optionalString("a secret"), secret: true,
                "The secret that the provider gave us; better by W2F_OIDC_CLIENT_SECRET_FILE."),
            key(
                "client_authentication", \.oidc.settings.clientAuthentication, .choice,
                "How the client is registered: client_secret_post, client_secret_basic or none."),
            key(
                "scopes", \.oidc.settings.scopes, .names("a list of scopes"),
                "What is asked for. A scope that the provider does not know makes it refuse all logins."),
            key(
                "account_claims", \.oidc.settings.accountClaims, .names("a list of claims"),
                "The claims of UserInfo that may name the account; the first that is there counts. They must be "
                    + "unique to a person for ever."),
            key(
                "groups_claim", \.oidc.settings.groupsClaim, .string("a claim", emptyAllowed: false),
                "The claim of UserInfo that lists groups."),
            key(
                "id_token_algorithms", \.oidc.settings.algorithms, .choices(of: "algorithm"),
                "The signature algorithms that ID tokens may have, of RS256, RS384, RS512, PS256, PS384, PS512, "
                    + "ES256, ES384, ES512 and EdDSA."),
            key(
                "clock_skew", \.oidc.settings.clockSkew, .seconds(.zero ... .seconds(300)),
                "How far the provider's clock and ours may differ."),
            key(
                "ca_file", \.oidc.client.caFile, .optionalString("a path"),
                "Certificate authorities to trust, in PEM; empty trusts the system's."),
            key(
                "connect_timeout", \.oidc.limits.connectTimeout, .duration(.milliseconds(100) ... .seconds(60)),
                "Resolving the provider's name, connecting and TLS."),
            key(
                "request_timeout", \.oidc.limits.totalTimeout, .duration(.milliseconds(100) ... .seconds(60)),
                "One request to the provider in all."),
            key(
                "max_response_size", \.oidc.limits.maxBodyBytes, .size(16 << 10...16 << 20),
                "Bytes of the provider's answers."),
            key("max_requests", \.oidc.limits.concurrency, .integer(1...1000), "Requests to the provider at once."),
            key(
                "max_waiters", \.oidc.limits.waiting, .integer(0...100_000),
                "Requests that wait for these; further ones fail."),
            key(
                "documents_max_age", \.oidc.settings.documentsMaxAge, .duration(.seconds(60) ... .seconds(604_800)),
                "How long the provider's discovery document and keys are used."),
            key(
                "refetch_interval", \.oidc.settings.refetchInterval, .duration(.seconds(1) ... .seconds(3600)),
                "The least time between two fetches of one of them, such as for a key that is not known yet."),
        ])

    /// `[sessions]`
    static let sessions = ConfigurationSection(
        "sessions",
        documentation: ["How long people stay logged in, and who administers."],
        keys: [
            key(
                "idle_timeout", \.sessions.rules.idleTimeout, .duration(.seconds(300) ... .seconds(30 * 86_400)),
                "A session that nobody used for so long is over."),
            key(
                "lifetime", \.sessions.lifetime, .duration(.seconds(300) ... .seconds(90 * 86_400)),
                "From the login to the session's end, however busy it is; without a refresh token, a day at most."),
            key(
                "login_timeout", \.sessions.loginTimeout, .duration(.seconds(30) ... .seconds(3600)),
                "How long someone may take to log in at the provider."),
            key(
                "rights_max_age", \.sessions.rules.rightsMaxAge, .duration(.seconds(1) ... .seconds(900)),
                "How old the groups that the provider told may be; then it is asked again, and until it answers they "
                    + "do not count."),
            key(
                "refresh_retry", \.sessions.refreshRetry, .duration(.seconds(1) ... .seconds(900)),
                "How long a provider that could not be asked is left alone, for each session."),
            key(
                "admin_groups", \.sessions.adminGroups, .names("a list of groups"),
                "The groups whose members administer."),
            key(
                "admin_login_max_age", \.sessions.rules.adminLoginMaxAge, .duration(.seconds(60) ... .seconds(86_400)),
                "How recent an administrator's login must be, by the provider's auth_time, to change what belongs to "
                    + "others."
            ),
            key(
                "max_per_account", \.sessions.maxPerAccount, .integer(1...1000),
                "Sessions a person; the oldest gives way."),
            key("cache_entries", \.sessions.cacheEntries, .integer(1...1_000_000), "Sessions held in memory."),
            key(
                "cache_ttl", \.sessions.cacheTimeToLive, .duration(.zero ... .seconds(60)),
                "How long such a one is used without asking the database: what another replica ended may live on so "
                    + "long."),
            key(
                "touch_interval", \.sessions.rules.touchInterval, .duration(.seconds(1) ... .seconds(300)),
                "How exactly a session's last use is noted."),
        ])

    /// `[pages]`
    static let pages = ConfigurationSection(
        "pages",
        documentation: ["The pages for people."],
        keys: [
            key(
                "message_url", \.pages.messageURL, .string("a URL with {id} in it, or nothing"),
                "Where a message can be looked up, with {id} for its id; the deliveries link there. Empty for no "
                    + "links."),
            key(
                "help_url", \.pages.helpURL, .optionalString("a URL"),
                "A page of yours with help for people, linked at the bottom of every page."),
            key(
                "source_url", \.pages.sourceURL, .optionalString("a URL"),
                "Where the program's source is, linked at the bottom of every page."),
            key("list_length", \.pages.listLength, .integer(1...100), "Tokens or people on one page of a list."),
            key("history_length", \.pages.historyLength, .integer(1...100), "Entries of a history on one page."),
        ])
}
