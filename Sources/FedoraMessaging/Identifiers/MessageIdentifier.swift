/// The ways to make a message's id.
///
/// A delivery that a service sends again must have the id it had the first time: consumers and the archive know a
/// message by it. So the id is computed from the token, the service's own delivery id and the payload, and is the same at
/// every replica, for ever.
public enum MessageIdentifier {
    /// The namespace of all message ids. It never changes: every id on the bus hangs on it.
    public static let namespace = UUIDValue(high: 0x6F0C_2F0E_5D0B_4C39, low: 0x9A37_1B5F_5A8E_2D74)

    /// The id of a delivery: `UUIDv5(namespace, token ‖ delivery id ‖ digest)`.
    ///
    /// Token and digest have 16 bytes each, so where the delivery id begins and ends is clear.
    /// - Parameters:
    ///   - token: the token's UUID, so that two tokens' deliveries never meet.
    ///   - deliveryID: the bytes of the service's delivery id.
    ///   - digest: the 16 bytes of XXH3-128 of the payload, so that two payloads under one delivery id are two messages.
    public static func make(token: UUIDValue, deliveryID: [UInt8], digest: [UInt8]) -> UUIDValue {
        var name = token.bytes
        name.reserveCapacity(name.count + deliveryID.count + digest.count)
        name.append(contentsOf: deliveryID)
        name.append(contentsOf: digest)
        return UUIDv5.make(namespace: namespace, name: name)
    }

    /// An id for a message whose service gives its deliveries none.
    public static func random() -> UUIDValue { UUIDv4.make() }
}
