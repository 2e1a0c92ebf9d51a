/// The headers of a request that go into its message: a list, and nothing else. What is not on it (X-Gitlab-Token,
/// Authorization, Cookie) never leaves the server.
struct OutgoingHeaders: Sendable {
    /// The value that consumers see in place of a signature. The body is public word for word, so a published signature
    /// would let anyone replay it under another event, and guess at weak secrets.
    static let redacted = "redacted"
    /// Bytes of a value that go out.
    static let maxValueBytes = 1024

    enum Rule: Sendable {
        /// The message's schema asks for it: without it the request is refused.
        case required
        /// Likewise; the value of another header stands in where it is empty.
        case requiredOr(String)
        /// Goes out where the sender gave it.
        case optional
        /// The schema asks for a signature: `redacted` goes out, whether the sender gave one or not.
        case redacted
    }

    private struct Entry: Sendable {
        var name: String
        var lookUp: String
        var rule: Rule
    }

    private let entries: [Entry]

    /// A list, in the order in which the headers go out, named in the case in which they do.
    init(_ list: KeyValuePairs<String, Rule>) {
        entries = list.map { Entry(name: $0.key, lookUp: $0.key.lowercased(), rule: $0.value) }
    }

    /// A list of headers that go out where the sender gave them; names in lower case.
    init(optional names: [String]) {
        entries = names.map { Entry(name: $0, lookUp: $0, rule: .optional) }
    }

    /// The headers of the message.
    ///
    /// - Throws: ``WebhookError/missingHeader(_:)`` or ``WebhookError/duplicateHeader(_:)`` for a required one.
    func selected(from headers: any WebhookHeaders) throws(WebhookError) -> [(name: String, value: String)] {
        var selected: [(name: String, value: String)] = []
        selected.reserveCapacity(entries.count)
        for entry in entries {
            switch entry.rule {
            case .required:
                selected.append((entry.name, Self.text(try headers.single(entry.lookUp))))
            case .requiredOr(let other):
                selected.append((entry.name, Self.text(try headers.single(entry.lookUp, or: other))))
            case .optional:
                guard let value = headers.first(entry.lookUp) else { continue }
                selected.append((entry.name, Self.text(value)))
            case .redacted:
                selected.append((entry.name, Self.redacted))
            }
        }
        return selected
    }

    /// A value as text, without addresses of people and credentials in URLs, as in the payload: at most 1,024 bytes, cut
    /// between characters; what is not UTF-8 becomes U+FFFD.
    private static func text(_ value: ArraySlice<UInt8>) -> String {
        let value = TextScan.cleaned(value)
        var end = value.endIndex
        if value.count > maxValueBytes {
            end = value.startIndex + maxValueBytes
            // A character is at most four bytes, three of them continuations.
            for _ in 0..<3 where value[end] & 0xc0 == 0x80 { end -= 1 }
        }
        return String(decoding: value[..<end], as: UTF8.self)
    }
}
