/// The destination of the outcomes of known tokens' webhooks.
protocol DeliveryNoting: Sendable {
    /// Notes an outcome. Takes a lock that hardly anybody else takes, for some nanoseconds, and never waits for more.
    func note(_ record: DeliveryRecord, for token: TokenID)

    /// Writes down what was noted before this, if it can be.
    func flushed() async
}

extension DeliveryNoting {
    /// A destination for which nothing waits to be written.
    func flushed() async {}
}
