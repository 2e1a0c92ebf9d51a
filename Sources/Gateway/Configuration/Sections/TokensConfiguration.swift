/// `[tokens]`: what people may do with tokens in the browser.
public struct TokensConfiguration: ConfigurationSection {
    /// Tokens that one account may have made.
    public var maxPerAccount = 1000
    /// Test events of one token in a minute.
    public var maxTestsPerMinute = 10
    /// The time that the history is kept.
    public var historyRetention = Duration.seconds(5 * 365 * 86_400)

    /// The defaults.
    public init() {}

    static let documentation = ["What people may do with tokens in the browser."]

    static let keys = [
        key(
            "max_per_account", \.maxPerAccount, .integer(1...1_000_000),
            "Tokens that one account may have made and not deleted; the command line is not bound by it."),
        key(
            "max_tests_per_minute", \.maxTestsPerMinute, .integer(0...10_000),
            "Test events that can be sent through one token in a minute."),
        key(
            "history_retention", \.historyRetention, .duration(.seconds(86_400) ... .seconds(36_500 * 86_400)),
            "How long it is kept who did what to which token."),
    ]
}
