import Encodings

/// The values of `{name}` in a route's pattern.
public struct PathParameters: Sendable {
    /// A pattern has at most this many.
    public static let maximum = 4

    /// Their places in a path, without its bytes: so that a match holds no memory of the connection's.
    struct Captures: Sendable {
        private(set) var count = 0
        private var ranges = InlineArray<4, ByteRange>(repeating: .empty)

        subscript(index: Int) -> ByteRange { ranges[index] }

        mutating func append(_ range: Range<Int>) {
            ranges[count] = ByteRange(range.lowerBound, range.upperBound)
            count += 1
        }

        mutating func truncate(to count: Int) { self.count = count }
    }

    let names: [String]
    let captures: Captures
    let path: ArraySlice<UInt8>

    /// The value as it came, nothing decoded: for names that are never written with an escape.
    public func raw(_ name: String) -> ArraySlice<UInt8>? {
        guard let index = names.firstIndex(of: name) else { return nil }
        let range = captures[index].offsets
        return path[(path.startIndex + range.lowerBound)..<(path.startIndex + range.upperBound)]
    }

    /// The value, percent-decoded, or nil if the pattern has no such name. It is never empty, `.` or `..` and holds
    /// no `/` and no NUL; it may be any other bytes.
    public subscript(name: String) -> ArraySlice<UInt8>? {
        guard let raw = raw(name) else { return nil }
        guard raw.contains(ASCII.percent) else { return raw }
        // What does not decode was not matched, so there is always a value here.
        return PercentEncoding.decode(raw.span).map { $0[...] }
    }
}
