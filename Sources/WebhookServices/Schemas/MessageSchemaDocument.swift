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
