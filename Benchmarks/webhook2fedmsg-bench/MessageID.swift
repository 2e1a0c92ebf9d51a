/// Finds the message's id in the body of an answer, `{"message_id":"…"}`.
enum MessageID {
    private static let key = Array(#""message_id""#.utf8)

    /// The id's bytes; nil where the answer has none.
    static func find(in body: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let keyEnd = body.firstRange(of: key)?.upperBound else { return nil }
        let value = body[keyEnd...].drop { $0 == 0x20 || $0 == 0x3a }
        guard value.first == 0x22 else { return nil }
        let id = value.dropFirst().prefix { $0 != 0x22 }
        return id.isEmpty || id.endIndex == body.endIndex ? nil : id
    }
}
