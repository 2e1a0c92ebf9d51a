import Database
import Encodings

/// A request for a page: all that the page's code knows of it.
struct PageRequest: Sendable {
    /// The session of the person who asks; `nil` if nobody is logged in.
    var session: Session?
    /// The path, still percent-encoded.
    var path = "/"
    /// The values in the path by the names in the route's pattern.
    var parameters: [String: String] = [:]
    var query = QueryItems()
    /// The form of a POST, its CSRF token already checked.
    var form = FormFields()
    /// The content of the sealed cookies.
    var cookies: [PageCookie: [UInt8]] = [:]
    /// The page with the form that was sent, where a POST fails.
    var formPage: String?
    /// The content of a form that was sent when the login had ended.
    var draft: Draft?
    /// The name of the request in the log.
    var requestID = ""
    /// The time at which it arrived.
    var now = UnixTime.now()

    /// Returns a field of the form without blanks around it; empty if it is missing.
    func field(_ name: String) -> String {
        (form[name] ?? "").trimmed
    }

    /// Returns the id of the token that the path names.
    ///
    /// - Throws: `notFound` if it is not a token's id.
    func tokenID() throws(PageFailure) -> TokenID {
        guard let id = parameters["id"].flatMap({ TokenID($0) }) else { throw .notFound }
        return id
    }

    /// Returns the session; the route lets nobody without one come this far.
    func loggedIn() throws(PageFailure) -> Session {
        guard let session else { throw .loggedOut }
        return session
    }

    /// Returns the person who asks; the route lets nobody else come this far.
    func person() throws(PageFailure) -> Person {
        try loggedIn().person
    }
}

extension Portal {
    /// Returns the token that the path of a request names, as the person who asks may see it.
    func token(of request: PageRequest) async throws(PageFailure) -> TokenView {
        let (id, person) = (try request.tokenID(), try request.person())
        return try await attempt {
            try await tokens.token(id, by: .person(person))
        }
    }
}

/// The names and values of a query, decoded (WHATWG URL standard section 5.1). What does not decode stays as it is:
/// a query only asks, so there is nothing to refuse.
struct QueryItems: Sendable, Hashable {
    /// The maximum number of items that are read; the target's own limit bounds their size.
    static let maximum = 32

    private var items: [(name: String, value: String)] = []

    /// Reads a query without its question mark.
    init(_ query: some Collection<UInt8>) {
        for pair in query.split(separator: UInt8(ascii: "&")).prefix(Self.maximum) {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count).dropFirst()
            items.append((Self.decoded(name), Self.decoded(value)))
        }
    }

    /// Creates a query of these items.
    init(_ items: [(name: String, value: String)] = []) {
        self.items = items
    }

    /// The first value of that name; `nil` if there is none or it is empty.
    subscript(name: String) -> String? {
        items.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// Returns the whole number of that name; one that is too large or too small is clamped. `nil` if it is
    /// not one.
    func number(_ name: String) -> Int64? {
        guard let text = self[name] else { return nil }
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text) ?? (text.first == "-" ? .min : .max)
    }

    /// The page of a list that is asked for, from 1; the first where none is.
    var page: Int { min(max(1, Int(clamping: number("page") ?? 1)), TokenQuery.maximumPage) }

    /// The time before which a history is asked for.
    var before: UnixTime? { number("before").map(UnixTime.init(milliseconds:)) }

    /// Returns the query with a value replaced; an empty one removes it.
    func replacing(_ name: String, by value: String) -> QueryItems {
        var rest = items.filter { $0.name != name && !$0.value.isEmpty }
        if !value.isEmpty { rest.append((name, value)) }
        return QueryItems(rest)
    }

    /// `?a=b&c=d`, percent-encoded; empty if there is nothing.
    var text: String {
        let pairs = items.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    static func == (left: QueryItems, right: QueryItems) -> Bool { left.text == right.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }

    private static func decoded(_ text: some Collection<UInt8>) -> String {
        let bytes = PercentEncoding.decodeLeniently(text, plusIsBlank: true)
        // A database takes no zero bytes, and nobody types the others.
        return String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            .streamSafe
    }
}
