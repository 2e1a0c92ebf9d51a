extension FilePublisherLimits {
    /// The limits of `[broker]`, as far as they concern a file; no wait is longer than `ingest.deadline`.
    init(_ configuration: Configuration) {
        let broker = configuration.broker
        self.init(
            messages: broker.windowMessages, bytes: broker.windowBytes, messageBytes: broker.maxMessageSize,
            timeout: min(broker.confirmTimeout, configuration.ingest.deadline))
    }
}
