import OIDC

/// The fields of a form or a query, bounded in number and size.
public struct FormFields: Sendable, Hashable {
    /// Fields that are taken.
    public static let maximumCount = 64
    /// Bytes of a form.
    public static let maximumSize = 64 * 1024

    private struct Field: Sendable, Hashable {
        let name: String
        let value: String
    }

    private let fields: [Field]

    /// Reads `application/x-www-form-urlencoded`; nil if it is none, or too large.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.maximumSize, let decoded = FormDecoder.decode(bytes, limit: Self.maximumCount) else {
            return nil
        }
        fields = decoded.map { Field(name: $0.name, value: $0.value) }
    }

    init(_ items: [(name: String, value: String)]) {
        fields = items.map { Field(name: $0.name, value: $0.value) }
    }

    /// All fields, in order.
    var items: [(name: String, value: String)] { fields.map { ($0.name, $0.value) } }

    /// The value of the first field of that name.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The values of all fields of that name, in order.
    public func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}
