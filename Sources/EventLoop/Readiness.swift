import CLibev

/// The readiness of a descriptor, or the interest in it.
public struct Readiness: OptionSet, Sendable {
    /// The bits, as libev's `EV_READ` and `EV_WRITE`.
    public let rawValue: CInt

    /// - Parameter rawValue: libev's event bits.
    public init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// A read would not block (data, end of stream or an error).
    public static let readable = Readiness(rawValue: CInt(EV_READ))

    /// A write would not block.
    public static let writable = Readiness(rawValue: CInt(EV_WRITE))
}
