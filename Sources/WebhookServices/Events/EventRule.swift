/// A row of a service's table of events: who may see events of a kind, by what the payload says, and what is cut out.
public struct EventRule: Sendable {
    /// Where the visibility of an event stands.
    public enum Standing: Sendable, Hashable {
        /// In the payload.
        case proven
        /// Nowhere: the service shows such events to everybody.
        case byNature
        /// Nowhere, and it is not for everybody.
        case never(PrivateContent)
    }

    /// What comes of an event that passes all its checks.
    public enum Disposition: String, Sendable, CaseIterable {
        /// It is published as it came, but for what no message of the service holds.
        case published
        /// It is published, and what not everybody may see is reduced to certain members.
        case projected
        /// It is published without certain members or their values.
        case cut
        /// It is published only if the token's owner allows it.
        case withheld
    }

    /// An object, of which only certain members go out unless a place in the payload proves that it is public.
    public struct Reduction: Sendable {
        let object: StaticString
        let check: VisibilityCheck?
        /// A member of the object that proves it, wherever a string holds such a document as well.
        let exception: PayloadRedaction.Reduction.Member?
        /// The members that stay.
        public let kept: [String]

        /// - Parameters:
        ///   - object: The path of the object.
        ///   - check: What proves that all of it may go out; `nil` if nothing does.
        ///   - kept: Paths in the object that stay, keys joined by dots.
        public init(_ object: StaticString, unless check: VisibilityCheck? = nil, keeping kept: [String]) {
            self.object = object
            self.check = check
            exception = nil
            self.kept = kept
        }

        /// One that the object itself decides, in strings that hold such a document as well.
        ///
        /// - Parameters:
        ///   - key: The member that decides.
        ///   - value: What it has to be, as JSON writes it, for all of the object to go out.
        init(_ object: StaticString, unless key: String, is value: String, keeping kept: [String]) {
            self.object = object
            check = nil
            exception = .init(key: key, value: value)
            self.kept = kept
        }

        /// Whether the payload has the object and does not prove that it is public.
        func applies(to document: JSONDocument) -> Bool {
            if exception != nil { return true }
            guard document.isObject(object) || object.utf8CodeUnitCount == 0 else { return false }
            return check.map { $0.finding(in: document) != .isPublic } ?? true
        }

        /// `of head.repo only id, name, owner.login`.
        public var description: String {
            let place = object.utf8CodeUnitCount == 0 ? "of all" : "of \(object)"
            let exception = exception.map { ", unless \($0.key) is \($0.value)" } ?? ""
            return place + " only " + kept.joined(separator: ", ") + exception
        }
    }

    /// The events: their part of the topic. `*` alone is every event that has no other rule.
    public let events: [String]
    /// The actions; empty for all that have no rule of their own.
    public let actions: [String]
    /// Where the visibility stands.
    public let standing: Standing
    /// What has to hold; of an event that is public by nature, too.
    public let checks: [VisibilityCheck]
    /// What is reduced where it is not public.
    public let reductions: [Reduction]
    /// Members that go, besides those of the whole table: keys joined by dots, `*` for any one key or element of an
    /// array, `**` for any number of them.
    public let removed: [String]
    /// Members that stay without their value, likewise.
    public let blanked: [String]
    /// Why, in words.
    public let reason: String

    /// Events whose payloads prove that they are public.
    public static func proven(
        _ events: [String], actions: [String] = [], by checks: [VisibilityCheck], reducing: [Reduction] = [],
        removing: [String] = [], blanking: [String] = [], _ reason: String
    ) -> EventRule {
        EventRule(
            events: events, actions: actions, standing: .proven, checks: checks, reductions: reducing,
            removed: removing, blanked: blanking, reason: reason)
    }

    /// Events that the service shows to everybody, unless one of the checks says otherwise.
    public static func byNature(
        _ events: [String], actions: [String] = [], unless checks: [VisibilityCheck] = [],
        reducing: [Reduction] = [], removing: [String] = [], blanking: [String] = [], _ reason: String
    ) -> EventRule {
        EventRule(
            events: events, actions: actions, standing: .byNature, checks: checks, reductions: reducing,
            removed: removing, blanked: blanking, reason: reason)
    }

    /// Events that are not for everybody.
    public static func never(
        _ events: [String], actions: [String] = [], as content: PrivateContent = .confidential,
        removing: [String] = [], blanking: [String] = [], _ reason: String
    ) -> EventRule {
        EventRule(
            events: events, actions: actions, standing: .never(content), checks: [], reductions: [],
            removed: removing, blanked: blanking, reason: reason)
    }

    /// What comes of an event that passes all checks.
    public var disposition: Disposition {
        if case .never = standing { return .withheld }
        if !reductions.isEmpty { return .projected }
        return removed.isEmpty && blanked.isEmpty ? .published : .cut
    }

    /// What a payload says of its event: `nil` if it may be published.
    func privateContent(in document: JSONDocument) -> PrivateContent? {
        if case .never(let content) = standing { return content }
        var isUnknown = false
        for check in checks {
            switch check.finding(in: document) {
            case .isPublic: continue
            case .isPrivate(let content): return content
            case .isUnknown: isUnknown = true
            }
        }
        return isUnknown || (standing == .proven && checks.isEmpty) ? .unknownVisibility : nil
    }
}
