/// A value at a path of a document.
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// An integer that fits.
    case integer(Int64)
    /// An integer from 2^63 to 2^64-1.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent.
    case double(Double)
    /// A string, its escapes resolved.
    case string(String)
    /// An array; its elements have no path.
    case array
    /// An object; its members have paths of their own.
    case object
}
