import Encodings
import OIDC

@testable import Gateway
@testable import HTTPServer

extension FuzzTarget {
    /// What browsers send: paths, cookies, forms, queries, and where they want to go.
    static let web = FuzzTarget(
        "web",
        words: [
            "/tokens", "/new", "/edit", "/x", "/%2e", "%2F", "/api/v1/messages/", "__Host-w2f=", "; ", "&", "=", "%",
            "page=",
            "before=", "-9223372036854775808", "368934881474191033", "\u{301}\u{316}", "\u{1F1E9}", "//", "\\",
        ]
    ) { input, isPlanted in
        switch input.number(below: 5) {
        case 0: try Paths.check(input.remainder(), isPlanted)
        case 1: try checkCookies(&input)
        case 2: try checkForm(input.remainder())
        case 3: try checkQuery(input.remainder())
        default: try checkReturnAddress(input.remainingText())
        }
    }

    /// A cookie that is set comes back; what else a browser sends harms nothing.
    private static func checkCookies(_ input: inout FuzzInput) throws {
        let policy = CookiePolicy(baseURL: input.flag() ? "https://a.example.org" : "http://127.0.0.1")
        let value = String(decoding: input.bytes().filter { $0 > 0x20 && $0 < 0x7F && $0 != 0x3B }, as: UTF8.self)
        let line = input.remainder().filter { $0 >= 0x20 && $0 != 0x7F }
        let field = String(policy.set("w2f", value, maxAge: .seconds(1)).value.prefix { $0 != ";" })
        let wire =
            Array("GET / HTTP/1.1\r\nHost: a\r\nCookie: \(field)\r\nCookie: ".utf8) + line + Array("\r\n\r\n".utf8)
        var parser = RequestParser(limits: HTTPServerLimits())
        guard case .complete = parser.parse(wire.span) else { return }
        let head = parser.head(in: wire[...])
        let found = policy.value(of: "w2f", in: head)
        let isAlone = String(decoding: line, as: UTF8.self).firstRange(of: policy.name("w2f")) == nil
        try require(found == value || !isAlone, "\(value) came back as \(found ?? "nothing")")
        _ = policy.names(from: "w2f-", in: head)
        _ = RequestOrigin.isOurs(head, origins: ["http://127.0.0.1"])
    }

    /// A form that was read, and is written and read again, is the same.
    private static func checkForm(_ bytes: [UInt8]) throws {
        guard let form = FormFields(bytes) else { return }
        try require(form.items.count <= FormFields.maximumCount, "too many fields")
        let text = form.items.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }.joined(
            separator: "&")
        guard text.utf8.count <= FormFields.maximumSize else { return }
        try require(FormFields(Array(text.utf8)) == form, "another form: \(text)")
    }

    private static func checkQuery(_ bytes: [UInt8]) throws {
        let items = QueryItems(bytes)
        try require((1...TokenQuery.maximumPage).contains(items.page), "page \(items.page)")
        let text = items.text
        try require(text.isEmpty || QueryItems(Array(text.utf8.dropFirst())).text == text, "another query: \(text)")
        let selection = TokenSelection(
            TokenQuery(search: items["q"] ?? "", page: items.page), of: nil, dialect: .sqlite)
        _ = (items.before?.description, items.replacing("page", by: "2").text, selection.count)
    }

    /// Nobody is sent to another server.
    private static func checkReturnAddress(_ text: String) throws {
        let path = ReturnAddress(text).path
        let bytes = Array(path.utf8)
        try require(bytes.first == 0x2F && (bytes.count < 2 || bytes[1] != 0x2F && bytes[1] != 0x5C), "goes to \(path)")
        try require(bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "breaks a header: \(path)")
        let login = ReturnAddress(text).login()
        guard let mark = login.firstIndex(of: "?") else { return }
        try require(FormFields(Array(login[mark...].utf8.dropFirst()))?["next"] == path, "lost on the way: \(login)")
    }
}

/// The router, beside one that tries each pattern in turn.
private enum Paths {
    private struct Named: HTTPHandler {
        let pattern: String
        func respond(to exchange: HTTPExchange) async -> ServerResponse { .text(.ok, "") }
    }

    /// Those that come first in such a list win: a literal before a parameter, from the left.
    private static let patterns = [
        "/", "/api/v1/messages/{uuid}", "/tokens", "/tokens/new", "/tokens/{id}", "/tokens/{id}/edit",
        "/tokens/{id}/{what}/x", "/{service}", "/{service}/", "/{service}/{id}", "/{service}/{id}/",
    ]

    private static let router: Router = {
        var router = Router()
        for pattern in patterns { try? router.on(.get, pattern, Named(pattern: pattern)) }
        return router
    }()

    static func check(_ bytes: [UInt8], _ isPlanted: Bool) throws {
        let path = [0x2F] + bytes.filter { $0 > 0x20 && $0 < 0x7F && $0 != 0x3F && $0 != 0x23 }
        let expected = patterns.lazy.compactMap { pattern in captures(path, pattern).map { (pattern, $0) } }.first
        let match = router.match(.head, path[...])
        if case .handler(let handler, let names, let captures) = match, let named = handler as? Named {
            let parameters = PathParameters(names: names, captures: captures, path: path[...])
            var values = names.map { parameters[$0].map { Array($0) } }
            if isPlanted, named.pattern == "/tokens/{id}/{what}/x", path.contains(UInt8(ascii: "%")) {
                values.reverse()
            }
            try require(
                named.pattern == expected?.0 && values == expected?.1,
                "\(shown(path)) is \(named.pattern) \(values) and not \(String(describing: expected))")
        } else {
            try require(expected == nil, "\(shown(path)) is not found")
        }
        guard let intended = router.intended(path[...]) else { return }
        guard case .handler = router.match(.get, intended[...]), intended != path else {
            throw Finding("\(shown(path)) leads to \(shown(intended))")
        }
    }

    /// What stands for the parameters of a pattern; `nil` if the path is another.
    private static func captures(_ path: [UInt8], _ pattern: String) -> [[UInt8]?]? {
        let segments = path.split(separator: 0x2F, omittingEmptySubsequences: false)
        let words = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count == words.count else { return nil }
        var values: [[UInt8]?] = []
        for (segment, word) in zip(segments, words) {
            guard word.hasPrefix("{") else {
                guard segment.elementsEqual(word.utf8) else { return nil }
                continue
            }
            guard let value = decoded(segment), !value.isEmpty, value != [0x2E], value != [0x2E, 0x2E],
                !value.contains(0), !value.contains(0x2F)
            else { return nil }
            values.append(value)
        }
        return values
    }

    private static func decoded(_ segment: ArraySlice<UInt8>) -> [UInt8]? {
        var parts = segment.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)[...]
        var bytes = Array(parts.popFirst() ?? [])
        for part in parts {
            guard part.count >= 2, part.prefix(2).allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let byte = UInt8(String(decoding: part.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes += [byte] + part.dropFirst(2)
        }
        return bytes
    }
}
