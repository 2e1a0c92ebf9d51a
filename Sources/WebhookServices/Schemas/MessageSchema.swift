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

/// The messages that may go out although the published classes cannot digest them: `messages.own_classes`.
public enum OwnClasses: String, Sendable, Hashable, CaseIterable {
    /// The published ones alone: a message that they cannot digest names nobody, or is withheld.
    case never
    /// Those of `webhook2fedmsg-messages` where they are needed.
    case needed
}

/// The JSON Schema (draft 07) of a kind of message whose class is in our own Python package.
///
/// The documents' source is that package, `deploy/schemas`: consumers validate with those files. They are written
/// into `MessageSchemaDocument+Generated.swift`, and a test holds the two against each other.
public struct MessageSchemaDocument: Sendable, Hashable {
    /// The Python package of these schemas, as `pip` calls it.
    public static let package = "webhook2fedmsg-messages"

    /// The schema's name: its entry point, and the AMQP header `fedora_messaging_schema`.
    public let name: String
    /// The document, as it stands in the Python package.
    public let json: String

    /// The document of that name.
    public static func named(_ name: String) -> MessageSchemaDocument? {
        all.first { $0.name == name }
    }
}

/// The Python package `webhook-to-fedora-messaging-messages`, which others publish: its schemas are told by name, and
/// are not copied here.
public enum PublishedSchemaPackage {
    /// The name for `pip`.
    public static let name = "webhook-to-fedora-messaging-messages"

    /// The address at which it is published.
    public static let url = "https://pypi.org/project/webhook-to-fedora-messaging-messages/"

    /// The names of its schemas (version 1.5).
    public static let schemas = [
        "discourse.event.v1",
        "webhook_to_fedora_messaging.forgejo.message_v1",
        "webhook_to_fedora_messaging.github.message_v1",
        "webhook_to_fedora_messaging.gitlab.message_v1",
        "webhook_to_fedora_messaging.pretix.message_v1",
    ]
}

/// The list of all schemas that messages can have.
public enum MessageSchemaIndex {
    /// A line of the list.
    public struct Entry: Sendable, Hashable {
        /// The schema's name.
        public let name: String
        /// The Python package that has its class.
        public let package: String
        /// The location: a path on this server, or the URL of the package that has it.
        public let url: String
        /// A Boolean value that indicates whether this program has the document.
        public let isOurs: Bool
    }

    /// Our own, then those of the published package; each in order of their names.
    public static let entries: [Entry] =
        MessageSchemaDocument.all.map {
            Entry(name: $0.name, package: MessageSchemaDocument.package, url: "/schemas/\($0.name)", isOurs: true)
        }
        + PublishedSchemaPackage.schemas.map {
            Entry(name: $0, package: PublishedSchemaPackage.name, url: PublishedSchemaPackage.url, isOurs: false)
        }

    /// The list as JSON: `{"schemas": [{"name", "package", "url" or "package_url"}]}`.
    public static let json: String = {
        // Nothing in it needs an escape.
        let lines = entries.map { entry in
            let url = entry.isOurs ? "url" : "package_url"
            return #"    {"name": "\#(entry.name)", "package": "\#(entry.package)", "\#(url)": "\#(entry.url)"}"#
        }
        return "{\n  \"schemas\": [\n\(lines.joined(separator: ",\n"))\n  ]\n}\n"
    }()
}
