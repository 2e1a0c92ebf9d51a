/// The header fields of a request, as the services read them.
///
/// Names are asked for in lower-case ASCII and found in any case. Values are bytes, as they came, without the blanks
/// around them.
public protocol WebhookHeaders {
    /// Returns the number of fields with that name.
    func count(of name: String) -> Int
    /// The value of the first of them.
    func first(_ name: String) -> ArraySlice<UInt8>?
    /// The values of all of them, in order.
    func values(_ name: String) -> [ArraySlice<UInt8>]
    /// The same, and whether another of them has another value. Two that say the same are as good as one.
    func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)?
}

extension WebhookHeaders {
    /// Takes any two for contradicting each other.
    public func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)? {
        first(name).map { ($0, count(of: name) > 1) }
    }

    /// The value of the first of them, or none.
    public func values(_ name: String) -> [ArraySlice<UInt8>] { first(name).map { [$0] } ?? [] }

    /// A Boolean value that indicates whether the sender says that the body is a form.
    public var sayForm: Bool { contentKind == .form }

    /// The kind of the body as the sender declares it; `nil` if that is not said. Several fields that mean the same are
    /// no contradiction, however they put it.
    var contentKind: ContentKind? {
        guard let found = find("content-type") else { return nil }
        guard found.isRepeated else { return found.value.isEmpty ? nil : ContentKind(mediaType: found.value) }
        let kinds = Set(values("content-type").filter { !$0.isEmpty }.map { ContentKind(mediaType: $0) })
        return kinds.count > 1 ? .other : kinds.first
    }

    /// The value of the first field with that name, unless it is empty: that says as little as none.
    func value(_ name: String) -> ArraySlice<UInt8>? {
        first(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value of a field that proves something: it must stand alone, even where another would say the same.
    func proof(_ name: String) -> ArraySlice<UInt8>? {
        count(of: name) == 1 ? value(name) : nil
    }

    /// The value of a field that must be there, not be empty, and not be contradicted by another of its name.
    ///
    /// - Throws: ``WebhookError/missingHeader(_:)`` or ``WebhookError/duplicateHeader(_:)``.
    func single(_ name: String) throws(WebhookError) -> ArraySlice<UInt8> {
        guard let found = find(name), !found.value.isEmpty else { throw .missingHeader(name) }
        guard !found.isRepeated else { throw .duplicateHeader(name) }
        return found.value
    }

    /// The value of a field that must stand exactly once or, if it is empty or not there, of another one.
    ///
    /// - Throws: ``WebhookError/missingHeader(_:)`` of the first, or ``WebhookError/duplicateHeader(_:)``.
    func single(_ name: String, or other: String) throws(WebhookError) -> ArraySlice<UInt8> {
        let saysNothing = find(name).map { $0.value.isEmpty && !$0.isRepeated } ?? true
        return try single(saysNothing && count(of: other) > 0 ? other : name)
    }
}
