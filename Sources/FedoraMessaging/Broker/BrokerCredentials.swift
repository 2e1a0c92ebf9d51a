/// A RabbitMQ user and password. The password shows in no description, debug output or mirror.
public struct BrokerCredentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The user's name.
    public var username: String
    /// The user's password.
    public var password: String

    /// Credentials of these two.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// The name, and three stars.
    public var description: String { "\(username):***" }
    /// The name, and three stars.
    public var debugDescription: String { description }
    /// The name alone.
    public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
