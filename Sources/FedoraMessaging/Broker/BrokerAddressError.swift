/// Why an `amqp_url` can't be used. Never holds a part of the URL that could be a password.
public struct BrokerAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what to write instead.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
