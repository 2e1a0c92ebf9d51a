/// A delivery in a list.
struct DeliveryRow: Sendable {
    var when: Moment
    /// The event, as the service names it.
    var event: String?
    /// The topic, in the parts between which a line may break; empty if there is none.
    var topic: [String]
    var messageID: String?
    /// The address at which the message can be looked up.
    var messageURL: String?
    /// The size of the body.
    var size: String
    var outcome: StatePill
    /// The reason why it was not published.
    var advice: DeliveryAdvice?

    init(
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

/// The reason why a delivery was not published, and what to do.
struct DeliveryAdvice: Sendable {
    /// The explanation, in a sentence.
    var what: String
    /// The advice.
    var todo = ""
}

extension DeliveryRow {
    /// A delivery in a list.
    init(_ record: DeliveryRecord, service: String, settings: PortalSettings) {
        self.init(
            when: Moment(record.at), event: record.event, topic: record.topic, messageID: record.messageID,
            messageURL: record.messageID.flatMap(settings.url(ofMessage:)),
            size: record.size.map(NumberText.size) ?? "Unknown", outcome: .of(record.outcome),
            advice: record.reason.map { DeliveryAdvice(code: $0, service: service, record: record) })
    }
}

extension DeliveryAdvice {
    /// Returns the explanation of a reason, its first sentence apart from the rest.
    init(code: String, service: String, record: DeliveryRecord? = nil) {
        let text = DeliveryReason.explanation(of: code, service: service, record: record)
        guard let end = text.firstRange(of: ". ") ?? text.firstRange(of: ": ") else {
            self.init(what: text)
            return
        }
        let cut = text.index(after: end.lowerBound)
        self.init(what: String(text[..<cut]), todo: String(text[end.upperBound...]))
    }
}
