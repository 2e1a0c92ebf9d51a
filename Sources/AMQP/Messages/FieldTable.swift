/// A field table: names and values, in the order in which they go over the wire (AMQP 0-9-1 section 4.2.5.5).
///
/// Names are short strings: at most 255 bytes of UTF-8. A longer one makes the message that carries it
/// ``PublishOutcome/invalid(_:)``.
public struct FieldTable: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// A name and its value.
    public struct Entry: Sendable, Hashable {
        /// At most 255 bytes of UTF-8.
        public var name: String
        /// The value.
        public var value: FieldValue

        /// A name and its value.
        public init(name: String, value: FieldValue) {
            self.name = name
            self.value = value
        }
    }

    /// The entries in wire order.
    public private(set) var entries: [Entry]

    /// A table of these entries; an empty one without.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// A table of these entries in the order in which they are written.
    public init(dictionaryLiteral elements: (String, FieldValue)...) {
        entries = elements.map { Entry(name: $0.0, value: $0.1) }
    }

    /// A Boolean value that indicates whether nothing is in it.
    public var isEmpty: Bool { entries.isEmpty }

    /// Makes room for so many entries.
    public mutating func reserveCapacity(_ count: Int) {
        entries.reserveCapacity(count)
    }

    /// Adds an entry at the end, without looking for another of that name.
    public mutating func append(_ name: String, _ value: FieldValue) {
        entries.append(Entry(name: name, value: value))
    }

    /// The first value of that name. Setting it replaces that one where it stands, or adds it at the end; nil takes it
    /// out.
    public subscript(_ name: String) -> FieldValue? {
        get { entries.first { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }
}

/// A value in a field table, with the types that RabbitMQ reads and writes (AMQP 0-9-1 section 4.2.1 and RabbitMQ's
/// errata to it).
public enum FieldValue: Sendable, Hashable {
    /// `t`
    case bool(Bool)
    /// `b`
    case int8(Int8)
    /// `B`
    case uint8(UInt8)
    /// `s`
    case int16(Int16)
    /// `u`
    case uint16(UInt16)
    /// `I`
    case int32(Int32)
    /// `i`
    case uint32(UInt32)
    /// `l`
    case int64(Int64)
    /// `f`
    case float(Float)
    /// `d`
    case double(Double)
    /// `D`: `value` divided by ten to the power of `scale`.
    case decimal(scale: UInt8, value: Int32)
    /// `T`: seconds since 1970.
    case timestamp(UInt64)
    /// `S`: text. A long string from the broker that is not UTF-8 is given as ``bytes(_:)``.
    case longString(String)
    /// `x`
    case bytes([UInt8])
    /// `A`
    case array([FieldValue])
    /// `F`
    case table(FieldTable)
    /// `V`
    case void
}
