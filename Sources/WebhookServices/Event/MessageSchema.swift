/// The message class that a consumer in Python reads a message with.
public struct MessageSchema: Sendable, Hashable {
    /// Its entry point: the AMQP header `fedora_messaging_schema`.
    public var name: String
    /// The package to install for it: the AMQP header `fedora_messaging_schema_package`.
    public var package: String

    /// A schema.
    public init(name: String, package: String) {
        self.name = name
        self.package = package
    }

    /// The schema of a service in the package of our own, `webhook2fedmsg-messages`.
    init(own service: String) {
        self.init(name: "webhook2fedmsg.\(service).message_v1", package: "webhook2fedmsg_messages")
    }

    /// A schema of `webhook-to-fedora-messaging-messages`.
    init(published name: String) {
        self.init(name: name, package: "webhook_to_fedora_messaging_messages")
    }
}
