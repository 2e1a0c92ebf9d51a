/// A service's table of events: for each event that the service documents, whether it may be published, by what, and
/// what is cut out of it.
///
/// An event is published by default only if its payload proves that it is public, or if it is of a kind that the service
/// shows to everybody. An event that is not documented, or has no row, is withheld.
public struct EventTable: Sendable {
    /// The members that are cut out of everything, besides what each row cuts.
    struct Common: Sendable {
        /// Members that go, as those of a row.
        var removed: [String]
        /// Members that stay without their value, likewise.
        var blanked: [String]
        /// The members that are reduced where the object is not public, likewise.
        var reductions: [EventRule.Reduction]
        /// Strings that hold a document or nothing.
        var documents: [String] = []
        /// By what objects say that they are private.
        var marks: [PayloadRedaction.PrivateMark] = []

        /// The effects in payloads of an event.
        ///
        /// - Parameter isMember: Whether the payload is one member that is named as its event.
        func of(_ event: String, isMember: Bool) -> Common {
            let isOfEvent = { (path: String) in !isMember || path.hasPrefix(event + ".") }
            return Common(
                removed: removed.filter(isOfEvent), blanked: blanked.filter(isOfEvent), reductions: reductions,
                documents: documents, marks: marks)
        }
    }

    /// A row, and what is cut out of its events, made ready.
    private struct Prepared: Sendable {
        let rule: EventRule
        let cuts: PayloadRedaction
        let reducing: PayloadRedaction
    }

    /// The rows of an event.
    private struct Entry: Sendable {
        var actions: Set<String> = []
        var general: Prepared?
        var byAction: [String: Prepared] = [:]
    }

    /// The events, as documented.
    public let documented: DocumentedEvents
    /// The rows.
    public let rules: [EventRule]
    private var entries: [String: Entry] = [:]
    private var fallback: Prepared?
    /// The members that are cut out of everything.
    let common: Common
    /// The same, made ready.
    private let commonCuts: PayloadRedaction
    /// The path of the action, if the documented actions are all that there are.
    private let action: StaticString?
    /// A Boolean value that indicates whether a payload is an object with one member, which is named as its event, and
    /// what happened is one of the documented actions.
    let isOneMember: Bool
    /// Checks of all events.
    private let checks: [VisibilityCheck]

    /// A table.
    ///
    /// Whatever it says, addresses of people, credentials in URLs and configurations of hooks are cut out.
    ///
    /// - Parameters:
    ///   - action: Where payloads say what happened, if the documented actions are all that there are: an event with
    ///     another one is unknown.
    ///   - isOneMember: Whether a payload is an object with one member, which is named as its event, and the documented
    ///     actions are all that there are. What is otherwise is unknown.
    ///   - checks: What has to hold of all events, besides what their rows say.
    ///   - removing: Members that go from all payloads, as those of a row.
    ///   - blanking: Members whose values go from all payloads, likewise.
    ///   - reducing: What is reduced in all payloads, likewise.
    ///   - documents: Paths of strings that hold a document of their own: one that holds none is emptied.
    ///   - marks: By what objects say that they are private, wherever they are: only their numbers stay.
    ///   - texts: Keys under which people's own texts stand, besides those that are known: addresses stay there.
    ///   - commits: Keys under which commits stand, likewise.
    ///   - keepsTexts: Whether addresses stay in texts at all.
    init(
        _ documented: DocumentedEvents, action: StaticString? = nil, isOneMember: Bool = false,
        checks: [VisibilityCheck] = [], removing: [String] = [], blanking: [String] = [],
        reducing: [EventRule.Reduction] = [], documents: [String] = [], marks: [PayloadRedaction.PrivateMark] = [],
        texts: [String] = [], commits: [String] = [], keepsTexts: Bool = true,
        rules: [EventRule]
    ) {
        func redaction(_ rule: EventRule?, reduces: Bool) -> PayloadRedaction {
            // What is blanked is so whatever the token's owner allows.
            let reductions = (reducing + (rule?.reductions ?? [])).map(\.redaction).filter { reduces || $0.isBlanking }
            return PayloadRedaction(
                removing: removing + (rule?.removed ?? []), blanking: blanking + (rule?.blanked ?? []),
                reducing: reductions, documents: documents, marks: reduces ? marks : [], texts: texts, commits: commits,
                keepsTexts: keepsTexts)
        }
        self.documented = documented
        self.rules = rules
        self.action = action
        self.isOneMember = isOneMember
        self.checks = checks
        common = Common(
            removed: removing, blanked: blanking, reductions: reducing, documents: documents, marks: marks)
        commonCuts = redaction(nil, reduces: false)
        for event in documented.events { entries[event.name] = Entry(actions: Set(event.actions)) }
        for rule in rules {
            let prepared = Prepared(
                rule: rule, cuts: redaction(rule, reduces: false), reducing: redaction(rule, reduces: true))
            for event in rule.events {
                if event == "*" {
                    fallback = prepared
                } else if var entry = entries[event] {
                    Self.add(prepared, to: &entry)
                    entries[event] = entry
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

    /// Returns a Boolean value that indicates whether an action has a row of its own.
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
            privateContent: prepared.rule.privateContent(in: document)
                ?? privateContent(of: event, action: action, document),
            cuts: prepared.cuts, reducing: prepared.reducing)
    }

    /// The reason to withhold an event whose row lets it go out.
    private func privateContent(of event: String, action: String?, _ document: JSONDocument) -> PrivateContent? {
        switch VisibilityCheck.finding(of: checks, in: document) {
        case .isPublic: break
        case .isPrivate(let content): return content
        case .isUnknown: return .unknownVisibility
        }
        let actions = entries[event]?.actions ?? []
        if isOneMember {
            let isListed = action.map { actions.contains($0) } ?? false
            return isListed && document.memberCount == 1 && document.member(event) != nil ? nil : .unknownVisibility
        }
        guard let place = self.action.map({ document.place($0) }), !actions.isEmpty else { return nil }
        if place.isAmbiguous { return .unknownVisibility }
        switch place.value {
        case nil: return nil
        case .string(let name) where actions.contains(name): return nil
        default: return .unknownVisibility
        }
    }

    /// The names of all documented events: `push`, `issues.opened`.
    public var eventNames: [String] { documented.events.flatMap(\.names) }

    /// The names that a filter can have: events with and without their actions.
    var filterNames: [String] {
        documented.events.flatMap { $0.actions.isEmpty ? [$0.name] : [$0.name] + $0.names }
    }
}

/// The table's answer for an event.
public struct EventJudgement: Sendable {
    /// The reason why it is not to be published by default; `nil` if it may be.
    public var privateContent: PrivateContent?
    /// The members that are cut out of it, whatever the token's owner allows.
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

/// The events that a service documents, with where and when that was read.
public struct DocumentedEvents: Sendable {
    /// One event.
    public struct Event: Sendable, Hashable {
        /// Its part of the topic.
        public let name: String
        /// Its actions; empty if it has none.
        public let actions: [String]

        /// The names that a filter can hold its patterns against: `push`, or `issues.opened` and so on.
        public var names: [String] { actions.isEmpty ? [name] : actions.map { "\(name).\($0)" } }
    }

    /// The schema or documentation, and its version.
    public let source: String
    /// The day of that version, or on which it was read: `2026-10-21`.
    public let date: String
    /// The events, in order.
    public let events: [Event]
    /// A Boolean value that indicates whether the service's events have names of their senders' choice, so that none is
    /// unknown.
    public let isOpen: Bool

    /// - Parameters:
    ///   - list: A line for each event: its name, and its actions after it, separated by blanks.
    ///   - isOpen: Whether there are others, with names of their senders' choice.
    public init(source: String, date: String, isOpen: Bool = false, _ list: String) {
        self.source = source
        self.date = date
        self.isOpen = isOpen
        events = list.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.first.map { Event(name: $0, actions: Array(words.dropFirst())) }
        }
    }
}
