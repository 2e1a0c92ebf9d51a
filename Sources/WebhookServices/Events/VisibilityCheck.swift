/// A place in a payload that says who can see what it is about, and the value there that means everybody.
///
/// Only that value proves anything: another one of its type means that few can see it, and null, another type or a
/// missing member means that nobody knows.
public struct VisibilityCheck: Sendable {
    /// The value that means everybody.
    public enum PublicValue: Sendable, Hashable {
        /// A truth value.
        case flag(Bool)
        /// A level: lower ones are for fewer people.
        case level(Int64)
        /// One of some numbers.
        case numbers([Int64])
        /// Null: there is nothing of the kind.
        case nothing
        /// One of some words.
        case words([String])
        /// Any word that does not begin with this one.
        case noWord(prefix: String)
        /// Any text but an empty one: something has happened at that time. Its absence says that it has not.
        case text
        /// Any object.
        case object
        /// Whatever it is.
        case anything
    }

    /// When the place has to be there.
    enum Presence: Sendable {
        /// Always.
        case always
        /// The place of the object around it: null or a missing object needs none.
        case within(StaticString)
        /// Never, but where it is, it counts.
        case optional
    }

    /// The finding of a check.
    enum Finding: Equatable {
        case isPublic
        case isPrivate(PrivateContent)
        case isUnknown
    }

    private indirect enum Kind: Sendable {
        case place(StaticString, PublicValue, Presence)
        /// The first of these whose object is there decides; without any, nobody knows.
        case first([(object: StaticString, path: StaticString, value: PublicValue)])
        /// One of several proofs.
        case any([VisibilityCheck])
        /// Another check, where a word stands at a path.
        case when(StaticString, String, VisibilityCheck)
        /// All of several checks.
        case all([VisibilityCheck])
    }

    private let kind: Kind
    /// The verdict where the value is another one.
    private let otherwise: PrivateContent

    /// A place that has to be there.
    public static func required(
        _ path: StaticString, _ value: PublicValue, otherwise: PrivateContent = .privateRepository
    ) -> VisibilityCheck {
        VisibilityCheck(kind: .place(path, value, .always), otherwise: otherwise)
    }

    /// A place that has to be there if the object is: what is not an object there is unknown, but null is nothing.
    public static func within(
        _ object: StaticString, _ path: StaticString, _ value: PublicValue,
        otherwise: PrivateContent = .privateRepository
    ) -> VisibilityCheck {
        VisibilityCheck(kind: .place(path, value, .within(object)), otherwise: otherwise)
    }

    /// A place that may be missing.
    public static func optional(
        _ path: StaticString, _ value: PublicValue, otherwise: PrivateContent = .privateRepository
    ) -> VisibilityCheck {
        VisibilityCheck(kind: .place(path, value, .optional), otherwise: otherwise)
    }

    /// The first of several objects that is there: it has to have the place.
    public static func first(
        _ places: [(object: StaticString, path: StaticString, value: PublicValue)],
        otherwise: PrivateContent = .privateRepository
    ) -> VisibilityCheck {
        VisibilityCheck(kind: .first(places), otherwise: otherwise)
    }

    /// One of several proofs, each of them enough; without any, nobody knows.
    public static func any(_ proofs: [VisibilityCheck]) -> VisibilityCheck {
        VisibilityCheck(kind: .any(proofs), otherwise: .unknownVisibility)
    }

    /// A place at which there is nothing, or null.
    public static func absent(
        _ path: StaticString, otherwise: PrivateContent = .unknownVisibility
    ) -> VisibilityCheck {
        VisibilityCheck(kind: .place(path, .nothing, .optional), otherwise: otherwise)
    }

    /// Several checks, all of which have to hold.
    public static func all(_ checks: [VisibilityCheck]) -> VisibilityCheck {
        VisibilityCheck(kind: .all(checks), otherwise: .unknownVisibility)
    }

    /// A check that counts where `word` stands at `path`.
    public static func when(_ path: StaticString, is word: String, _ check: VisibilityCheck) -> VisibilityCheck {
        VisibilityCheck(kind: .when(path, word, check), otherwise: check.otherwise)
    }

    /// The finding in a payload.
    ///
    /// A place that is there twice proves nothing, whichever of its values comes last: both are in the payload. Neither does
    /// one that is missing because something else than an object is where it would be.
    func finding(in document: JSONDocument) -> Finding {
        switch kind {
        case .place(let path, let value, .always):
            return finding(document.place(path), value)
        case .place(let path, let value, .within(let object)):
            let place = document.place(object)
            switch place.value {
            case nil, .null: return place.isAmbiguous ? .isUnknown : .isPublic
            case .object: return finding(document.place(path), value)
            default: return .isUnknown
            }
        case .place(let path, let value, .optional):
            let place = document.place(path)
            guard place.value != nil else { return place.isAmbiguous ? .isUnknown : .isPublic }
            return finding(place, value)
        case .first(let places):
            for place in places {
                let object = document.place(place.object)
                switch object.value {
                case nil where !object.isAmbiguous, .null where !object.isAmbiguous: continue
                case .object: return finding(document.place(place.path), place.value)
                default: return .isUnknown
                }
            }
            return .isUnknown
        case .any(let proofs):
            var finding = Finding.isUnknown
            for proof in proofs {
                switch proof.finding(in: document) {
                case .isPublic: return .isPublic
                case .isPrivate(let content): finding = .isPrivate(content)
                case .isUnknown: continue
                }
            }
            return finding
        case .all(let checks):
            return Self.finding(of: checks, in: document)
        case .when(let path, let word, let check):
            let place = document.place(path)
            if place.isAmbiguous { return .isUnknown }
            return place.value == .string(word) ? check.finding(in: document) : .isPublic
        }
    }

    /// The combined finding of several checks: what one of them knows to be private is, else what one does not know is
    /// not.
    static func finding(of checks: [VisibilityCheck], in document: JSONDocument) -> Finding {
        var result = Finding.isPublic
        for check in checks {
            switch check.finding(in: document) {
            case .isPublic: continue
            case .isPrivate(let content): return .isPrivate(content)
            case .isUnknown: result = .isUnknown
            }
        }
        return result
    }

    private func finding(_ place: JSONDocument.Place, _ value: PublicValue) -> Finding {
        let finding = finding(place.value, value)
        return finding == .isPublic && place.isAmbiguous ? .isUnknown : finding
    }

    private func finding(_ found: JSONDocument.Value?, _ value: PublicValue) -> Finding {
        switch (value, found) {
        case (.flag(let flag), .bool(let found)):
            return flag == found ? .isPublic : .isPrivate(otherwise)
        case (.level(let level), .integer(let found)) where found <= level:
            return found == level ? .isPublic : .isPrivate(otherwise)
        case (.numbers(let numbers), .integer(let found)):
            return numbers.contains(found) ? .isPublic : .isPrivate(otherwise)
        case (.nothing, let found):
            return found == nil || found == .null ? .isPublic : .isPrivate(otherwise)
        case (.words(let words), .string(let found)):
            return words.contains(found) ? .isPublic : .isPrivate(otherwise)
        case (.noWord(let prefix), .string(let found)):
            return found.hasPrefix(prefix) ? .isPrivate(otherwise) : .isPublic
        case (.text, .string(let found)):
            return found.isEmpty ? .isPrivate(otherwise) : .isPublic
        case (.text, .null), (.text, nil):
            return .isPrivate(otherwise)
        case (.object, .object), (.anything, _):
            return .isPublic
        default:
            return .isUnknown
        }
    }
}

extension VisibilityCheck: CustomStringConvertible {
    /// `repository.private is false`.
    public var description: String {
        switch kind {
        case .place(let path, let value, .always): "\(path) \(value)"
        case .place(let path, let value, .within(let object)): "\(path) \(value), where there is \(object)"
        case .place(let path, let value, .optional): "\(path) \(value), where it is there"
        case .first(let places): places.map { "\($0.path) \($0.value)" }.joined(separator: ", or without that ")
        case .any(let proofs): proofs.map(\.description).joined(separator: ", or ")
        case .when(let path, let word, let check): "\(check), where \(path) is \"\(word)\""
        case .all(let checks): checks.map(\.description).joined(separator: ", and ")
        }
    }
}

extension VisibilityCheck.PublicValue: CustomStringConvertible {
    /// `is false`.
    public var description: String {
        switch self {
        case .flag(let flag): "is \(flag)"
        case .level(let level): "is \(level)"
        case .numbers(let numbers): "is " + numbers.map { "\($0)" }.joined(separator: " or ")
        case .nothing: "is null"
        case .words(let words): "is " + words.map { "\"\($0)\"" }.joined(separator: " or ")
        case .noWord(let prefix): "is not \(prefix)…"
        case .text, .object: "is there"
        case .anything: "is there no more than once"
        }
    }
}
