import AMQP

extension PublisherLimits {
    /// The limits of `[broker]`; no wait for a confirm is longer than `ingest.deadline`.
    init(_ configuration: Configuration) {
        let broker = configuration.broker
        self.init(
            windowMessages: broker.windowMessages,
            windowBytes: broker.windowBytes,
            confirmTimeout: min(broker.confirmTimeout, configuration.ingest.deadline),
            suspectTimeout: broker.suspectTimeout,
            outputBufferBytes: broker.outputBufferBytes,
            backoffMinimum: broker.reconnectMin,
            backoffMaximum: broker.reconnectMax,
            shutdownTimeout: broker.shutdownTimeout,
            farewellTimeout: min(PublisherLimits().farewellTimeout, broker.shutdownTimeout))
    }
}

extension FilePublisherLimits {
    /// The limits of `[broker]`, as far as they concern a file; no wait is longer than `ingest.deadline`.
    init(_ configuration: Configuration) {
        let broker = configuration.broker
        self.init(
            messages: broker.windowMessages, bytes: broker.windowBytes, messageBytes: broker.maxMessageSize,
            timeout: min(broker.confirmTimeout, configuration.ingest.deadline))
    }
}
