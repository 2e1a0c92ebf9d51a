import WebPages

extension DeliveryRow {
    /// A delivery in a list.
    init(_ record: DeliveryRecord, service: String, settings: WebSettings) {
        self.init(
            when: Moment(record.at), event: record.event, topic: record.topic, messageID: record.messageID,
            messageURL: record.messageID.flatMap(settings.url(ofMessage:)),
            size: record.size.map(NumberText.size) ?? "Unknown", outcome: .of(record.outcome),
            advice: record.reason.map { DeliveryAdvice(code: $0, service: service, record: record) })
    }
}

extension DeliveryAdvice {
    /// What a reason means, its first sentence apart from the rest.
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
