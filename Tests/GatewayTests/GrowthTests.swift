import Database
import Encodings
import FedoraMessaging
import HTTPServer
import OIDC
import TestSupport
import Testing
import WebPages
import WebhookServices

@testable import Gateway

/// The time that a form, a query, a cookie or a setting takes grows with its length, whatever is typed into it.
@Suite struct GrowthTests {
    private func check(
        _ family: TextFamily, from size: Int = 500, _ what: Comment, _ work: (String) throws -> Void
    ) {
        // As forms and queries are decoded.
        let ratio = Growth.ratio(from: size, { family.text($0).streamSafe }) { try? work($0) }
        #expect(ratio <= Growth.limit, what)
    }

    @Test(arguments: TextFamily.all) func `form fields`(_ family: TextFamily) throws {
        let services = ServiceRegistry(enabled: ServiceRegistry.builtIn.map(\.name))
        let validator = TokenValidator(services: services)
        check(family, from: 2000, "a field") { text in
            var request = try Self.request()
            request.form = FormFields([("name", text)])
            _ = request.field("name")
        }
        check(family, "a form") { text in
            _ = FormFields(Array("name=\(text)&scope=\(text)".utf8))
            _ = Draft(FormFields([("as", "alice"), ("name", text)]), path: "/tokens/new")?.encoded
        }
        check(family, "a query") { text in
            let items = QueryItems(Array("q=\(text)&page=\(text)&before=\(text)".utf8))
            _ = (items.page, items.before, items.text, items.replacing("page", by: "2"))
            _ = TokenSelection(TokenQuery(search: items["q"] ?? ""), of: nil, dialect: .sqlite).count
        }
        check(family, "a token") { text in
            for service in ["github", text] {
                var new = NewToken(service: service, name: text)
                _ = try? validator.token(new)
                (new.name, new.scope) = ("t", text)
                _ = try? validator.token(new)
                (new.scope, new.events) = ("", text)
                _ = try? validator.token(new)
                (new.events, new.settings) = ("", ["instance_url": text, text: text])
                _ = try? validator.token(new)
            }
        }
        check(family, "names") { text in
            _ = try? TokenOwner(.user, name: text)
            _ = AccountNames.account(text)
            _ = AccountNames.groups([text, text])
            _ = try? TokenScope(text)
            _ = TokenScope.keys(containing: text)
            _ = TokenTag(text)
            _ = TokenID(text)
            _ = text.printable
            _ = text.isolated
            _ = ReturnAddress(text)
            _ = try? TokenValidator.grace(text)
            _ = try? TokenSecret(ownText: Array(text.utf8))
        }
    }

    @Test(arguments: TextFamily.all) func `cookies`(_ family: TextFamily) throws {
        let policy = CookiePolicy(baseURL: "https://hooks.example.org")
        var limits = HTTPServerLimits()
        limits.maxHeadBytes = .max
        let wide = limits
        check(family, "cookies") { text in
            let lines = "Cookie: \(text)=a; __Host-w2f=\(text)\r\nCookie: \(text)\r\n"
            let wire = Array("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8)
            var parser = RequestParser(limits: wide)
            guard case .complete = parser.parse(wire.span) else { return }
            let head = parser.head(in: wire[...])
            _ = policy.value(of: "w2f", in: head)
            _ = policy.names(from: "w2f", in: head)
        }
    }

    @Test(arguments: TextFamily.all) func `settings`(_ family: TextFamily) {
        check(family, "a duration") { _ = DurationText.parse($0) }
        for start in ["", "https://", "https://a:", "https://[", "ftp"] {
            check(family, "an address, \(start)") { _ = PublicURL.normalized(start + $0) }
        }
        for start in ["", "sqlite:", "sqlite:///", "postgresql://", "postgresql://h/n?", "postgresql://h/n?options="] {
            check(family, "a database, \(start)") { _ = try? DatabaseURL.parse(start + $0) }
        }
    }

    /// What a message file ends with after the power failed.
    @Test(arguments: JSONFamily.all) func `message files`(_ family: JSONFamily) {
        let ratio = Growth.ratio(from: 2 << 10, { family.document($0)[...] }) {
            _ = MessageFileRepair.isWholeObject($0)
            _ = MessageFileRepair.isWholeObject($0.dropLast())
        }
        #expect(ratio <= Growth.limit)
    }

    /// Many keys that there are none of, each of which is told with what may have been meant.
    @Test(arguments: 0..<5) func `configurations`(_ index: Int) {
        let lines: [@Sendable (Int) -> String] = [
            { "key\($0) = 1" }, { "[section\($0)]" }, { "[services.s\($0)]\nsignature_header = \"x\"" },
            { "[broker.client_properties]\nk\($0) = \"x\"".replacing("[broker.client_properties]\n", with: "") },
            { "server.k\($0).a.b = 1" },
        ]
        let ratio = Growth.ratio(
            from: 20,
            { count in
                (index == 3 ? "[broker.client_properties]\n" : "")
                    + (0..<count).map(lines[index]).joined(separator: "\n")
            },
            { _ = try? Configuration.load(text: $0, file: "w.toml", environment: ["HOME": "/home/w2f"]) })
        #expect(ratio <= Growth.limit)
    }

    private static func request() throws -> PageRequest {
        PageRequest(path: "/tokens/new", query: QueryItems())
    }
}
