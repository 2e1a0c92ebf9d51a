/// A message as it goes out.
package struct MessagePreview: Sendable {
    /// A heading without a full stop.
    package var lead: String
    /// Its topic.
    package var topic: String?
    /// The message.
    package var message: String

    package init(lead: String, topic: String? = nil, message: String) {
        self.lead = lead
        self.topic = topic
        self.message = message
    }
}
