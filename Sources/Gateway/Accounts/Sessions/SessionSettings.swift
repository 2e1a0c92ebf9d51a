/// `[sessions]`, as the sessions' parts take it.
struct SessionSettings: Sendable {
    var rules: SessionRules
    /// From the login to the end, however busy.
    var lifetime: Duration
    /// The same, where the provider gave no refresh token: it cannot be asked whether the person is still who they were, so
    /// they log in anew after a day at most.
    var lifetimeWithoutRefresh: Duration { min(lifetime, .seconds(86_400)) }
    /// Sessions a person; with one more, the oldest ends.
    var maxPerAccount: Int
    var cacheEntries: Int
    var cacheTimeToLive: Duration
    /// The time that a provider that could not be asked is left alone.
    var refreshRetry: Duration
    /// The time that a refresh may take before another replica tries.
    var refreshLease: Duration
}
