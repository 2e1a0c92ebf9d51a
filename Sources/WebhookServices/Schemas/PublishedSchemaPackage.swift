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
