/// A JSON value of somebody else's document, of which nothing is taken for granted.
enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The object that `bytes` hold, whatever their media type says; nil if they hold none, or one that is too
    /// deep.
    static func object(in bytes: some Collection<UInt8>) -> [String: JSONValue]? {
        guard case .object(let members)? = JSONReader.value(in: bytes) else { return nil }
        return members
    }

    /// The text, if it is one that is not empty.
    var text: String? {
        if case .string(let text) = self, !text.isEmpty { text } else { nil }
    }

    /// The texts of a list, or the one text; nil for anything else.
    var texts: [String]? {
        switch self {
        case .string(let text): [text]
        case .array(let items):
            items.allSatisfy { $0.text != nil } ? items.compactMap(\.text) : nil
        default: nil
        }
    }

    /// The times that are taken from others, in seconds since 1970: the years 1970 to 9999.
    private static let times = 0...253_402_300_799.0

    /// A time in whole seconds since 1970 (fractions are cut); nil for what is no number or in no year from 1970 to 9999.
    var seconds: Int64? {
        guard case .number(let number) = self, Self.times.contains(number) else { return nil }
        return Int64(number)
    }

    /// A number of seconds that something lasts, from 0 to ``TokenGrant/maximumLifetime``; nil for what is no number.
    var clampedSeconds: Int64? {
        guard case .number(let number) = self, !number.isNaN else { return nil }
        return Int64(min(max(number, 0), Double(TokenGrant.maximumLifetime)))
    }
}
