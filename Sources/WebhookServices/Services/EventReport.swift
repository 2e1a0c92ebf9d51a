/// A service's table of events for people: one line for each documented event, by what the code decides on.
public struct EventReport: Sendable, Encodable {
    /// A line.
    public struct Line: Sendable, Encodable {
        /// The event, with its action where that has a rule of its own: `issues.transferred`.
        public let event: String
        /// `published`, `projected`, `cut` or `withheld`.
        public let outcome: String
        /// The reason code of an event that is withheld whatever its payload says; `nil` for all others.
        public let code: String?
        /// The values that the payload needs for that.
        public let proof: [String]
        /// The members that are cut out or reduced.
        public let cuts: [String]
        /// The reason, in words.
        public let reason: String

        init(_ event: String, _ rule: EventRule?, _ common: EventTable.Common) {
            self.event = event
            let disposition = rule?.disposition ?? .withheld
            outcome = (disposition == .published && common.cutsAtPlaces ? .cut : disposition).rawValue
            if let rule {
                if case .never(let content) = rule.standing {
                    code = content.code
                } else {
                    code = disposition == .withheld ? PrivateContent.unknownVisibility.code : nil
                }
                reason = rule.reason
            } else {
                code = PrivateContent.unknownVisibility.code
                reason = "Nothing is known of its visibility."
            }
            proof = rule?.checks.map(\.description) ?? []
            let ofRule = EventTable.Common(
                removed: rule?.removed ?? [], blanked: rule?.blanked ?? [], reductions: rule?.reductions ?? [])
            let ofTable = common.descriptions { !$0.hasPrefix("**") }
            cuts = ofRule.descriptions { _ in true } + ofTable
        }
    }

    /// The service.
    public let service: String
    /// The source of the list of events.
    public let source: String
    /// The day of that.
    public let date: String
    /// The number of documented events.
    public let documented: Int
    /// A Boolean value that indicates whether senders name events freely.
    public let isOpen: Bool
    /// The members that are cut out of every event, wherever it stands, besides addresses of people and credentials in
    /// URLs.
    public let everywhere: [String]
    /// The events.
    public let lines: [Line]

    /// The table of a service; `nil` if it has none.
    public init?(_ service: any WebhookService) {
        guard let table = service.eventTable else { return nil }
        self.service = service.name
        source = table.documented.source
        date = table.documented.date
        documented = table.documented.events.count
        isOpen = table.documented.isOpen
        everywhere = table.common.descriptions { $0.hasPrefix("**") } + table.common.marks.map(\.description)
        lines =
            table.documented.events.flatMap { event in
                Self.lines(of: event, table)
            } + (isOpen ? [Line("*", table.rule(for: "*"), table.common)] : [])
    }

    /// One line, and one more for each action with a rule of its own.
    private static func lines(of event: DocumentedEvents.Event, _ table: EventTable) -> [Line] {
        let general = table.rule(for: event.name)
        let special = event.actions.filter { table.hasRule(for: event.name, action: $0) }
        let isAll = !event.actions.isEmpty && special.count == event.actions.count
        let common = table.common.of(event.name, isMember: table.isOneMember)
        return (isAll ? [] : [Line(event.name, general, common)])
            + special.map { Line("\(event.name).\($0)", table.rule(for: event.name, action: $0), common) }
    }
}

extension EventTable.Common {
    /// A Boolean value that indicates whether it cuts anything at a certain place.
    fileprivate var cutsAtPlaces: Bool { !descriptions { !$0.hasPrefix("**") }.isEmpty }

    /// The effects at certain paths, in words.
    fileprivate func descriptions(_ isWanted: (String) -> Bool) -> [String] {
        removed.filter(isWanted).map { "without \($0)" } + blanked.filter(isWanted).map { "empty \($0)" }
            + reductions.filter { isWanted($0.redaction.path) }.map(\.description)
            + documents.filter(isWanted).map { "empty \($0), unless it holds JSON" }
    }
}
