/// The header fields of a request, as the services read them.
///
/// Names are asked for in lower-case ASCII and found in any case. Values are bytes, as they came, without the blanks
/// around them.
public protocol WebhookHeaders {
    /// How many fields have that name.
    func count(of name: String) -> Int
    /// The value of the first of them.
    func first(_ name: String) -> ArraySlice<UInt8>?
    /// The same, and whether there are more of them: one search for what would be two.
    func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)?
}

extension WebhookHeaders {
    /// By two searches.
    public func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)? {
        first(name).map { ($0, count(of: name) > 1) }
    }

    /// The value of a field that must stand exactly once and not be empty.
    ///
    /// - Throws: ``WebhookError/missingHeader(_:)`` or ``WebhookError/duplicateHeader(_:)``.
    func single(_ name: String) throws(WebhookError) -> ArraySlice<UInt8> {
        guard let found = find(name), !found.value.isEmpty else { throw .missingHeader(name) }
        guard !found.isRepeated else { throw .duplicateHeader(name) }
        return found.value
    }
}
