/// A delivery in a list.
package struct DeliveryRow: Sendable {
    /// When.
    package var when: Moment
    /// The event, as the service names it.
    package var event: String?
    /// The topic in the parts between which its line may break; empty if there is none.
    package var topic: [String]
    /// The message's id.
    package var messageID: String?
    /// The address at which the message can be looked up.
    package var messageURL: String?
    /// The size of the body.
    package var size: String
    /// The outcome.
    package var outcome: StatePill
    /// Why, where it was not published.
    package var advice: DeliveryAdvice?

    package init(
        when: Moment, event: String? = nil, topic: String? = nil, messageID: String? = nil, messageURL: String? = nil,
        size: String, outcome: StatePill, advice: DeliveryAdvice? = nil
    ) {
        self.when = when
        self.event = event
        self.topic = topic.map(Self.parts(of:)) ?? []
        self.messageID = messageID
        self.messageURL = messageURL
        self.size = size
        self.outcome = outcome
        self.advice = advice
    }
    private static func parts(of topic: String) -> [String] {
        let words = topic.split(separator: ".", omittingEmptySubsequences: false)
        return words.enumerated().map { $0 + 1 < words.count ? $1 + "." : String($1) }
    }
}
