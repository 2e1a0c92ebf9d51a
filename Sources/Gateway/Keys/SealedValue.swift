/// A secret as it stands in the database, and which root key it was sealed under.
public struct SealedValue: Sendable, Hashable {
    /// The id of the root key.
    public let keyID: String
    /// Nonce, ciphertext and tag, as ``AESGCM`` makes them.
    public let bytes: [UInt8]
}

/// The place of a sealed value. It opens there only: a value that someone copies to another row or column does not.
public struct SealedPlace: Sendable, Hashable {
    /// Table and column, as `token.secret`.
    let column: String
    /// The row's id.
    let row: String

    /// The bytes that are authenticated along with the value. The parts contain no zero byte, so the joined bytes are
    /// unambiguous.
    func associatedData(keyID: String) -> [UInt8] {
        Array("webhook2fedmsg sealed v1\0\(column)\0\(row)\0\(keyID)".utf8)
    }
}
