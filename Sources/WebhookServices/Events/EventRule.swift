/// A row of a service's table of events: who may see events of a kind, by what the payload says, and what is cut out.
public struct EventRule: Sendable {
    /// The place of an event's visibility.
    public enum Standing: Sendable, Hashable {
        /// In the payload.
        case proven
        /// Nowhere: the service shows such events to everybody.
        case byNature
        /// Nowhere, and it is not for everybody.
        case never(PrivateContent)
    }

    /// The treatment of an event that passes all its checks.
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

    /// An object, of which only certain members go out unless it proves itself that it is public, in strings that hold
    /// such a document as well.
    public struct Reduction: Sendable {
        /// A member by which an object proves that it is public.
        public struct Member: Sendable {
            let member: PayloadRedaction.Reduction.Member

            /// It has to be there.
            ///
            /// - Parameters:
            ///   - path: Its key; that of an object around it, a dot and its own.
            ///   - value: What it has to be, as JSON writes it; `nil` for anything but null.
            public static func required(_ path: String, _ value: String?) -> Member {
                Member(member: .init(path: path, value: value))
            }

            /// A value that has to match where it is present.
            public static func optional(_ path: String, _ value: String) -> Member {
                Member(member: .init(path: path, value: value, isOptional: true))
            }

            var description: String {
                let value = member.value.map { " is \($0)" } ?? " is there"
                return member.path + value + (member.isOptional ? ", where it is there" : "")
            }
        }

        let redaction: PayloadRedaction.Reduction
        private let proofs: [[Member]]

        /// - Parameters:
        ///   - object: The path of the object, with `*` and `**` as in the members that are removed.
        ///   - proofs: What proves that all of it may go out, one of several; none if nothing does.
        ///   - kept: Paths in the object that stay, keys joined by dots. Objects and arrays do not.
        ///   - isBlanking: Whether what does not stay keeps its key, without its value.
        public init(_ object: String, unless proofs: [Member]..., keeping kept: [String], isBlanking: Bool = false) {
            self.proofs = proofs
            redaction = PayloadRedaction.Reduction(
                path: object, kept: kept, exceptions: proofs.map { $0.map(\.member) }, isBlanking: isBlanking)
        }

        /// `of head.repo only id, name, owner.login`.
        public var description: String {
            let place = redaction.path.isEmpty ? "of all" : "of \(redaction.path)"
            let exceptions = proofs.map { $0.map(\.description).joined(separator: " and ") }
            return place + " only \(redaction.kept.joined(separator: ", "))"
                + (exceptions.isEmpty ? "" : ", unless " + exceptions.joined(separator: ", or "))
        }
    }

    /// The events: their part of the topic. `*` alone is every event that has no other rule.
    public let events: [String]
    /// The actions; empty for all that have no rule of their own.
    public let actions: [String]
    /// The place of the visibility.
    public let standing: Standing
    /// The conditions; of an event that is public by nature, too.
    public let checks: [VisibilityCheck]
    /// The members that are reduced where the object is not public.
    public let reductions: [Reduction]
    /// Members that go, besides those of the whole table: keys joined by dots, `*` for any one key or element of an
    /// array, `**` for any number of them.
    public let removed: [String]
    /// Members that stay without their value, likewise.
    public let blanked: [String]
    /// The reason, in words.
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

    /// The treatment of an event that passes all checks, whatever the table cuts out of everything.
    public var disposition: Disposition {
        if case .never = standing { return .withheld }
        if standing == .proven, checks.isEmpty { return .withheld }
        if reductions.contains(where: { !$0.redaction.isBlanking }) { return .projected }
        return removed.isEmpty && blanked.isEmpty && reductions.isEmpty ? .published : .cut
    }

    /// Returns the reason to withhold the event of a payload; `nil` if it may be published.
    func privateContent(in document: JSONDocument) -> PrivateContent? {
        if case .never(let content) = standing { return content }
        switch VisibilityCheck.finding(of: checks, in: document) {
        case .isPublic: return standing == .proven && checks.isEmpty ? .unknownVisibility : nil
        case .isPrivate(let content): return content
        case .isUnknown: return .unknownVisibility
        }
    }
}
