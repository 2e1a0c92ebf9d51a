/// A value that goes into a statement or comes out of a row, the same for both drivers.
///
/// The portable column types are `BIGINT` (times are milliseconds since 1970 in it), `DOUBLE PRECISION`, `TEXT`, and
/// `BYTEA` or `BLOB` by dialect. PostgreSQL's booleans come as 1 and 0, as SQLite's do; its `numeric` comes as an
/// integer where it is one that fits (`SUM` of a `BIGINT`), and whatever else it has comes as its text.
public enum SQLValue: Sendable, Hashable {
    /// SQL's NULL.
    case null
    /// A whole number.
    case integer(Int64)
    /// A floating-point number.
    case real(Double)
    /// UTF-8 text. It must not contain U+0000, which PostgreSQL cannot store. Text that comes out of a row is in
    /// stream-safe form (``Swift/String/streamSafe``): to compare other text can take the square of its length.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

extension SQLValue {
    /// The kind of the value, for messages: never the value itself.
    var kind: String {
        switch self {
        case .null: "NULL"
        case .integer: "an integer"
        case .real: "a real number"
        case .text: "text"
        case .blob: "binary"
        }
    }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByFloatLiteral {
    /// An integer.
    public init(integerLiteral value: Int64) {
        self = .integer(value)
    }

    /// Text.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// A real number.
    public init(floatLiteral value: Double) {
        self = .real(value)
    }
}
