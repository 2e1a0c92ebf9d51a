/// How a person's tokens stand, in numbers.
public struct TokenOverview: Sendable, Hashable {
    /// Tokens that the person may manage.
    public var tokens: Int
    /// Of these, disabled.
    public var disabled: Int
    /// Of these, without any delivery yet.
    public var unused: Int
    /// Of these, whose last delivery was refused.
    public var failing: Int
    /// Of these, whose last delivery was accepted, and not published.
    public var withheld: Int

    /// Numbers.
    public init(tokens: Int = 0, disabled: Int = 0, unused: Int = 0, failing: Int = 0, withheld: Int = 0) {
        self.tokens = tokens
        self.disabled = disabled
        self.unused = unused
        self.failing = failing
        self.withheld = withheld
    }
}
