/// The header fields of a request, as the services read them.
///
/// Names are asked for in lower-case ASCII and found in any case. Values are bytes, as they came, without the blanks
/// around them.
public protocol WebhookHeaders {
    /// How many fields have that name.
    func count(of name: String) -> Int
    /// The value of the first of them.
    func first(_ name: String) -> ArraySlice<UInt8>?
}

extension WebhookHeaders {
    /// The value of a field that must stand exactly once and not be empty.
    ///
    /// - Throws: ``WebhookError/missingHeader(_:)`` or ``WebhookError/duplicateHeader(_:)``.
    func single(_ name: String) throws(WebhookError) -> ArraySlice<UInt8> {
        guard let value = first(name), !value.isEmpty else { throw .missingHeader(name) }
        guard count(of: name) == 1 else { throw .duplicateHeader(name) }
        return value
    }
}
