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
