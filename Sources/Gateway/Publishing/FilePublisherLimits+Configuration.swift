extension FilePublisherLimits {
    /// The limits of `[broker]`, as far as they concern a file.
    init(_ broker: BrokerConfiguration) {
        self.init(
            messages: broker.windowMessages, bytes: broker.windowBytes, messageBytes: broker.maxMessageSize,
            timeout: broker.confirmTimeout)
    }
}
