/// How a message gets its id.
///
/// A delivery that a service sends again must have the id it had the first time: consumers and the archive know a
/// message by it. So the id is computed from the token and the service's own delivery id.
public enum MessageIdentifier {
    /// The namespace of all message ids. It never changes: every id on the bus hangs on it.
    public static let namespace = UUIDValue(high: 0x6F0C_2F0E_5D0B_4C39, low: 0x9A37_1B5F_5A8E_2D74)

    /// The id of a delivery: `UUIDv5(namespace, token ‖ delivery id)`.
    /// - Parameters:
    ///   - token: the token's UUID, so that two tokens' deliveries never meet.
    ///   - deliveryID: the bytes of the service's delivery id.
    public static func make(token: UUIDValue, deliveryID: [UInt8]) -> UUIDValue {
        var name = token.bytes
        name.append(contentsOf: deliveryID)
        return UUIDv5.make(namespace: namespace, name: name)
    }

    /// The id of a delivery whose id was seen before with another body:
    /// `UUIDv5(namespace, token ‖ delivery id ‖ 00 ‖ digest)`.
    /// - Parameters:
    ///   - token: the token's UUID.
    ///   - deliveryID: the bytes of the service's delivery id.
    ///   - digest: what tells the bodies apart, for example their SHA-256.
    public static func make(
        token: UUIDValue, deliveryID: [UInt8], digest: [UInt8]
    ) -> UUIDValue {
        var name = token.bytes
        name.append(contentsOf: deliveryID)
        // The zero byte keeps a delivery id that ends in a digest apart from a delivery id with a digest.
        name.append(0)
        name.append(contentsOf: digest)
        return UUIDv5.make(namespace: namespace, name: name)
    }

    /// An id for a message whose service gives its deliveries none.
    public static func random() -> UUIDValue { UUIDv4.make() }
}
