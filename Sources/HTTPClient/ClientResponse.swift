/// The answer of another server. Redirects are answers like others: nothing is followed.
public struct ClientResponse: Sendable, Hashable {
    /// Three digits.
    public var status: Int
    /// The header fields in the order in which they came; values that are not UTF-8 are mended.
    public var fields: [ClientField]
    /// The body as it came.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, fields: [ClientField] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The value of the first field with this name, in any case.
    public func first(_ name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }
}
