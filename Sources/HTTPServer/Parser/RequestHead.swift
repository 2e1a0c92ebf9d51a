/// A request's head: the bytes as they came, and where in them everything stands. Nothing is copied or decoded until
/// it is asked for; lookups give slices of the same bytes.
public struct RequestHead: Sendable {
    /// The head's bytes, from the request line (or an empty line before it) to the empty line at its end.
    private(set) var bytes: ArraySlice<UInt8>
    let line: RequestLine
    private let fields: [FieldRange]
    private let framing: FramingFields

    init(bytes: ArraySlice<UInt8>, line: RequestLine, fields: [FieldRange], framing: FramingFields) {
        self.bytes = bytes
        self.line = line
        self.fields = fields
        self.framing = framing
    }

    /// The request's method.
    public var method: HTTPMethod { line.method }
    /// The method as it was written.
    public var methodBytes: ArraySlice<UInt8> { slice(line.methodRange) }
    /// 1.0 or 1.1.
    public var version: HTTPVersion { line.version }
    /// The target as it was written.
    public var target: ArraySlice<UInt8> { slice(line.target) }
    /// The form of the target, one of four.
    public var targetForm: TargetForm { line.form }

    /// The target's path, still percent-encoded; `/` for an absolute form without one, empty for `*` and CONNECT.
    public var pathBytes: ArraySlice<UInt8> {
        line.path.isEmpty && line.form == .absolute ? [ASCII.slash] : slice(line.path)
    }

    /// The path as a string, still percent-encoded (and so ASCII). Made anew each time: not for the hot path.
    public var path: String { String(decoding: pathBytes, as: UTF8.self) }

    /// The query without its question mark, still percent-encoded; nil if there is none or it is empty.
    public var query: ArraySlice<UInt8>? { line.query.isEmpty ? nil : slice(line.query) }

    /// `host[:port]` from the target if that has it, else from Host (RFC 9112 section 3.3). Checked to be well-formed,
    /// but chosen by the sender: never build a URL from it. Nil in HTTP/1.0 without Host.
    public var authority: ArraySlice<UInt8>? {
        if !line.authority.isEmpty { return slice(line.authority) }
        return framing.hasHost ? slice(framing.host) : nil
    }

    /// The length that Content-Length gives, in bytes. Nil without the field, and for a chunked body.
    public var contentLength: Int? { framing.contentLength }
    /// A Boolean value that indicates whether the body comes in chunks.
    public var isChunked: Bool { framing.isChunked }
    /// A Boolean value that indicates whether the sender waits for `100 Continue` before it sends the body.
    public var expectsContinue: Bool { framing.expectsContinue }

    /// A Boolean value that indicates whether the sender wants the connection kept (RFC 9112 section 9.3). CONNECT's
    /// never is: what follows it would be a tunnel's bytes.
    public var keepAlive: Bool {
        guard !framing.asksForClose, line.method != .connect else { return false }
        return line.version == .http1_1 || framing.asksForKeepAlive
    }

    /// The head's size on the wire.
    public var byteCount: Int { bytes.count }

    // MARK: Fields

    /// The number of fields in the head.
    public var fieldCount: Int { fields.count }

    /// Returns the number of fields with this name, in any case.
    public func count(of name: String) -> Int {
        var count = 0
        var next = index(of: name, from: 0)
        while let found = next {
            count += 1
            next = index(of: name, from: found + 1)
        }
        return count
    }

    /// The value of the first field with this name (in any case), without the blanks around it.
    public func first(_ name: String) -> ArraySlice<UInt8>? {
        index(of: name, from: 0).map { slice(fields[$0].value) }
    }

    /// The same, and whether another field has this name and another value. Some proxies and clients write a field twice;
    /// where both say the same, nothing is in doubt.
    public func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)? {
        guard let found = index(of: name, from: 0) else { return nil }
        let value = slice(fields[found].value)
        var next = index(of: name, from: found + 1)
        while let other = next {
            if slice(fields[other].value) != value { return (value, true) }
            next = index(of: name, from: other + 1)
        }
        return (value, false)
    }

    /// The values of all fields with this name, in order.
    public func values(_ name: String) -> [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        var next = index(of: name, from: 0)
        while let found = next {
            values.append(slice(fields[found].value))
            next = index(of: name, from: found + 1)
        }
        return values
    }

    /// Name and value of a field by its place, 0 to `fieldCount` - 1.
    public func field(at index: Int) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
        (slice(fields[index].name), slice(fields[index].value))
    }

    /// The place of the first field with this name, at `start` or behind. Looked up a score of times a webhook, so it
    /// compares bytes in place.
    private func index(of name: String, from start: Int) -> Int? {
        var name = name
        return name.withUTF8 { expected in
            bytes.withUnsafeBufferPointer { bytes in
                (start..<fields.count).first { Self.matches(bytes, fields[$0].name, expected) }
            }
        }
    }

    private static func matches(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: ByteRange, _ expected: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard range.count == expected.count else { return false }
        let start = Int(range.start)
        for index in 0..<expected.count
        where ASCII.lowercased(bytes[start + index]) != ASCII.lowercased(expected[index]) {
            return false
        }
        return true
    }

    func slice(_ range: ByteRange) -> ArraySlice<UInt8> {
        bytes[(bytes.startIndex + Int(range.start))..<(bytes.startIndex + Int(range.end))]
    }

    /// Moves the head into memory of its own. Done before the read buffer that it lies in is read into again: while
    /// the two share memory, the buffer would have to copy all of its own to grow.
    mutating func detach() {
        bytes = ArraySlice(Array(bytes))
    }
}

/// A range of offsets into a message's head, in four bytes: a head has at most 65,535.
struct ByteRange: Sendable, Hashable {
    var start: UInt16
    var end: UInt16

    static let empty = ByteRange(0, 0)

    init(_ start: Int, _ end: Int) {
        self.start = UInt16(truncatingIfNeeded: start)
        self.end = UInt16(truncatingIfNeeded: end)
    }

    var count: Int { Int(end) - Int(start) }
    var isEmpty: Bool { start == end }
    var offsets: Range<Int> { Int(start)..<max(Int(start), Int(end)) }
}

/// The places of a field's name and value in the head.
struct FieldRange: Sendable, Hashable {
    var name: ByteRange
    var value: ByteRange
}
