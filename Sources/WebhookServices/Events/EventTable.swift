/// A service's table of events: for each event that the service documents, whether it may be published, by what, and
/// what is cut out of it.
///
/// An event is published by default only if its payload proves that it is public, or if it is of a kind that the service
/// shows to everybody. An event that is not documented, or has no row, is withheld.
public struct EventTable: Sendable {
    /// A row, and what is cut out of its events, made ready.
    private struct Prepared: Sendable {
        let rule: EventRule
        let cuts: PayloadRedaction
        /// One for each choice of the rule's reductions: that which applies has its bit in the index.
        let reducing: [PayloadRedaction]

        /// What is cut out of a payload that has to be reduced where it is not public.
        func reducing(_ document: JSONDocument) -> PayloadRedaction {
            guard reducing.count > 1 else { return cuts }
            var index = 0
            for (bit, reduction) in rule.reductions.enumerated() where reduction.applies(to: document) {
                index |= 1 << bit
            }
            return reducing[index]
        }
    }

    /// The rows of an event.
    private struct Entry: Sendable {
        var general: Prepared?
        var byAction: [String: Prepared] = [:]
    }

    /// The events, as documented.
    public let documented: DocumentedEvents
    /// The rows.
    public let rules: [EventRule]
    private var entries: [String: Entry] = [:]
    private var fallback: Prepared?
    /// What is cut out of everything.
    private let commonCuts: PayloadRedaction

    /// A table.
    ///
    /// Whatever it says, addresses of people, credentials in URLs and configurations of hooks are cut out.
    ///
    /// - Parameters:
    ///   - removing: Members that go from all payloads, as those of a row.
    ///   - blanking: Members whose values go from all payloads, likewise.
    ///   - texts: Keys under which people's own texts stand, besides those that are known: addresses stay there.
    ///   - commits: Keys under which commits stand, likewise.
    ///   - keepsTexts: Whether addresses stay in texts at all.
    public init(
        _ documented: DocumentedEvents, removing: [String] = [], blanking: [String] = [], texts: [String] = [],
        commits: [String] = [], keepsTexts: Bool = true, rules: [EventRule]
    ) {
        func redaction(_ rule: EventRule?, reducing: [EventRule.Reduction] = []) -> PayloadRedaction {
            PayloadRedaction(
                removing: removing + (rule?.removed ?? []), blanking: blanking + (rule?.blanked ?? []),
                reducing: reducing.map {
                    PayloadRedaction.Reduction(path: "\($0.object)", kept: $0.kept, unless: $0.exception)
                },
                texts: texts, commits: commits, keepsTexts: keepsTexts)
        }
        self.documented = documented
        self.rules = rules
        commonCuts = redaction(nil)
        let names = Set(documented.events.map(\.name))
        for name in names { entries[name] = Entry() }
        for rule in rules {
            let cuts = redaction(rule)
            let prepared = Prepared(
                rule: rule, cuts: cuts,
                reducing: (0..<1 << rule.reductions.count).map { choice in
                    let applying = rule.reductions.enumerated().filter { choice >> $0.offset & 1 == 1 }
                    return redaction(rule, reducing: applying.map(\.element))
                })
            for event in rule.events {
                if event == "*" {
                    fallback = prepared
                } else if names.contains(event) {
                    Self.add(prepared, to: &entries[event, default: Entry()])
                }
            }
        }
    }

    private static func add(_ prepared: Prepared, to entry: inout Entry) {
        if prepared.rule.actions.isEmpty { entry.general = prepared }
        for action in prepared.rule.actions { entry.byAction[action] = prepared }
    }

    /// The row for an event; `nil` if there is none.
    public func rule(for event: String, action: String? = nil) -> EventRule? {
        prepared(for: event, action: action)?.rule
    }

    /// Whether an action has a row of its own.
    func hasRule(for event: String, action: String) -> Bool { entries[event]?.byAction[action] != nil }

    private func prepared(for event: String, action: String?) -> Prepared? {
        guard let entry = entries[event] else { return documented.isOpen ? fallback : nil }
        if let action, !entry.byAction.isEmpty, let special = entry.byAction[action] { return special }
        return entry.general ?? fallback
    }

    /// Judges an event.
    ///
    /// - Parameters:
    ///   - event: Its part of the topic.
    ///   - action: What happened, where the service says that.
    ///   - document: Its payload.
    public func judge(_ event: String, action: String? = nil, _ document: JSONDocument) -> EventJudgement {
        guard let prepared = prepared(for: event, action: action) else {
            return EventJudgement(privateContent: .unknownVisibility, cuts: commonCuts, reducing: commonCuts)
        }
        return EventJudgement(
            privateContent: prepared.rule.privateContent(in: document), cuts: prepared.cuts,
            reducing: prepared.reducing(document))
    }

    /// The names of all documented events: `push`, `issues.opened`.
    public var eventNames: [String] { documented.events.flatMap(\.names) }

    /// What can stand in a filter: events with and without their actions.
    var filterNames: [String] {
        documented.events.flatMap { $0.actions.isEmpty ? [$0.name] : [$0.name] + $0.names }
    }
}

/// What a table says of an event.
public struct EventJudgement: Sendable {
    /// Why it is not to be published by default; `nil` if it may be.
    public var privateContent: PrivateContent?
    /// What is cut out of it, whatever the token's owner allows.
    let cuts: PayloadRedaction
    /// The same, and what not everybody may see is reduced.
    let reducing: PayloadRedaction

    /// The payload that goes out.
    ///
    /// - Parameter allowsPrivateContent: Whether the token's owner wants private content published.
    public func payload(of document: JSONDocument, allowsPrivateContent: Bool) -> [ArraySlice<UInt8>] {
        (allowsPrivateContent ? cuts : reducing).pieces(of: document.bytes)
    }
}
