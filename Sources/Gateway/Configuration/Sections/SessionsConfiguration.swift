/// `[sessions]`: how long people stay logged in.
public struct SessionsConfiguration: ConfigurationSection {
    /// A session that nobody used for so long is over.
    public var idleTimeout = Duration.seconds(12 * 3600)
    /// From the login to the end, however busy.
    public var lifetime = Duration.seconds(7 * 86_400)
    /// The time that someone may take to log in at the provider.
    public var loginTimeout = Duration.seconds(600)
    /// The time that the groups that the provider told count.
    public var rightsMaxAge = Duration.seconds(900)
    /// The time that a provider that could not be asked for them is left alone.
    public var refreshRetry = Duration.seconds(30)
    /// The groups whose members administer.
    public var adminGroups: [String] = []
    /// The maximum age of the login for actions of administrators.
    public var adminLoginMaxAge = Duration.seconds(3600)
    /// Sessions a person.
    public var maxPerAccount = 50
    /// Sessions held in memory.
    public var cacheEntries = 4096
    /// The time that such a one is used without asking the database.
    public var cacheTimeToLive = Duration.seconds(5)
    /// The precision of the last use.
    public var touchInterval = Duration.seconds(60)

    /// The defaults.
    public init() {}

    static let documentation = ["How long people stay logged in, and who administers."]

    static let keys = timeKeys + rightsKeys + boundKeys

    private static let timeKeys = [
        key(
            "idle_timeout", \.idleTimeout, .duration(.seconds(300) ... .seconds(30 * 86_400)),
            "A session that nobody used for so long is over."),
        key(
            "lifetime", \.lifetime, .duration(.seconds(300) ... .seconds(90 * 86_400)),
            "From the login to the session's end, however busy it is; without a refresh token, a day at most."),
        key(
            "login_timeout", \.loginTimeout, .duration(.seconds(30) ... .seconds(3600)),
            "How long someone may take to log in at the provider."),
    ]

    private static let rightsKeys = [
        key(
            "rights_max_age", \.rightsMaxAge, .duration(.seconds(1) ... .seconds(900)),
            "How old the groups that the provider told may be; then it is asked again, and until it answers they do not "
                + "count."),
        key(
            "refresh_retry", \.refreshRetry, .duration(.seconds(1) ... .seconds(900)),
            "How long a provider that could not be asked is left alone, for each session."),
        key("admin_groups", \.adminGroups, .names("a list of groups"), "The groups whose members administer."),
        key(
            "admin_login_max_age", \.adminLoginMaxAge, .duration(.seconds(60) ... .seconds(86_400)),
            "How recent an administrator's login must be, by the provider's auth_time, to change what belongs to others."
        ),
    ]

    private static let boundKeys = [
        key("max_per_account", \.maxPerAccount, .integer(1...1000), "Sessions a person; the oldest gives way."),
        key("cache_entries", \.cacheEntries, .integer(1...1_000_000), "Sessions held in memory."),
        key(
            "cache_ttl", \.cacheTimeToLive, .duration(.zero ... .seconds(60)),
            "How long such a one is used without asking the database: what another replica ended may live on so long."),
        key(
            "touch_interval", \.touchInterval, .duration(.seconds(1) ... .seconds(300)),
            "How exactly a session's last use is noted."),
    ]
}
