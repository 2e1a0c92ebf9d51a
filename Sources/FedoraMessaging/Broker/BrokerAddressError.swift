/// The reason why an `amqp_url` can't be used. Never holds a part of the URL that could be a password.
public struct BrokerAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The fault and its remedy.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
