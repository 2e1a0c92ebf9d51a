import AMQP

extension PublisherLimits {
    /// The limits of `[broker]`.
    init(_ broker: BrokerConfiguration) {
        self.init(
            windowMessages: broker.windowMessages,
            windowBytes: broker.windowBytes,
            confirmTimeout: broker.confirmTimeout,
            suspectTimeout: broker.suspectTimeout,
            outputBufferBytes: broker.outputBufferBytes,
            backoffMinimum: broker.reconnectMin,
            backoffMaximum: broker.reconnectMax,
            shutdownTimeout: broker.shutdownTimeout)
    }
}
