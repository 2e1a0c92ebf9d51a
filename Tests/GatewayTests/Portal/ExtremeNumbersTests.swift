import Database
import Encodings
import FedoraMessaging
import Foundation
import HTTPServer
import OIDC
import Testing

@testable import Gateway

/// A number from outside, whatever it is, ends in an answer.
@Suite struct ExtremeNumbersTests {
    /// Every name that a page, a form or the login reads, and those that they may read one day.
    private static let names = [
        "page", "before", "q", "service", "state", "sort", "owner", "show", "next", "fresh", "scope", "name", "code",
        "error", "iss", "events", "private", "secret", "grace", "kind", "session", "account", "groups", "version",
        "once", "id", "limit", "per_page", "setting.instance_url", "confirm", "rows",
    ]

    @Test func `every route answers whatever the number`() async throws {
        try await WholeServer.run { server in
            let admin = try await server.browser("smooge", groups: "admins")
            let token = try await server.tokens.create(
                NewToken(service: "github", name: "t"), by: .person(Person(account: "smooge"))
            ).view.token.id
            for (method, pattern) in server.routes {
                // Some routes end the session: each has one of its own.
                let browser = try await server.browser("smooge", groups: "admins")
                for text in ExtremeNumbers.texts {
                    let items = Self.names.map { (name: $0, value: text) }
                    let (query, form) = (QueryItems(items).text, Dictionary(uniqueKeysWithValues: items))
                    for subject in [token.description, text] where !subject.isEmpty {
                        let word = PercentEncoding.encode(subject)
                        let path = pattern.replacing("{id}", with: word).replacing("{name}", with: word)
                            .replacing("{service}", with: subject == text ? word : "github")
                        let answer =
                            method == .post
                            ? try await browser.post(path, form, Self.headers(text))
                            : try await browser.get(path + query, Self.headers(text))
                        // There is no broker here, and `/readyz` says so.
                        let isReadiness = pattern == "/readyz" && answer.status == 503
                        #expect(
                            (200..<500).contains(answer.status) || isReadiness, "\(method.name) \(path) \(text)")
                    }
                }
            }
            #expect(try await admin.get("/healthz").status == 200)
        }
    }

    /// In the cookies of this server: as anybody can write them, and sealed, as only the server can.
    @Test func `every cookie is read whatever the number`() async throws {
        try await WholeServer.run { server in
            let policy = CookiePolicy(baseURL: Configuration().server.baseURL)
            let sealed = SealedCookie(keys: server.store.keys, policy: policy)
            let names = PageCookie.allCases.map(\.rawValue) + ["w2f-login-", "w2f-login-12345678"]
            func pairs(_ value: (String) throws -> String) rethrows -> String {
                try names.map { "\($0)=\(try value($0))" }.joined(separator: "; ")
            }
            func sealing(_ text: String, _ name: String) throws -> String {
                let field = try sealed.set(name, Array(text.utf8), lifetime: .seconds(60)).value
                return String(field.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst())
            }
            let visitor = try await server.browser()
            let person = try await server.browser("smooge", groups: "admins")
            for text in ExtremeNumbers.texts {
                let draft = "/tokens/new\0smooge\0service=github&events=\(text)&name=\(text)"
                let attempt = "1\0s\0n\0v\0\(text)\0\(text)\0/tokens"
                for content in [text, draft, attempt] {
                    let paths = [
                        "/", "/tokens/new?service=github", "/account", "/login", "/login/callback?state=1&code=1",
                    ]
                    let cookies = [
                        "w2f=\(text)", pairs { _ in text }, try pairs { try sealing(content, $0) },
                        "w2f=" + (try sealing(content, "w2f")),
                    ]
                    for (browser, cookie) in cookies.flatMap({ [(visitor, $0), (person, $0)] }) {
                        for path in paths {
                            let status = try await browser.get(path, ["Cookie": cookie]).status
                            #expect((200..<500).contains(status), "\(path) \(content) \(status)")
                        }
                    }
                }
            }
            #expect(try await visitor.get("/healthz").status == 200)
        }
    }

    /// Logins that were begun at any time, as their cookies say.
    @Test func `logins begun at any time`() throws {
        let policy = CookiePolicy(baseURL: "http://127.0.0.1")
        let sealed = SealedCookie(keys: try KeyRing(TestStore.key()), policy: policy)
        let cookies = LoginCookies(sealed: sealed, policy: policy, lifetime: .seconds(600))
        var fields: [String] = []
        let times = [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for startedAt in times {
            for maxAge in times.map(Optional.some) + [nil] {
                let attempt = try LoginAttempt(returnAddress: "/", maxAge: maxAge, startedAt: startedAt)
                let name = "w2f-login-" + attempt.state.prefix(8)
                let field = try sealed.set(name, attempt.bytes, lifetime: .seconds(600))
                fields.append(String(field.value.prefix { $0 != ";" }))
                let head = try TestHead.get("Cookie: " + fields.suffix(8).joined(separator: "; "))
                #expect(cookies.find(attempt.state, in: head, now: .now()) == attempt)
                let another = try LoginAttempt(returnAddress: "/", maxAge: nil, startedAt: 1)
                #expect(try !cookies.begin(another, in: head, now: .now()).isEmpty)
            }
        }
    }

    @Test func `free bytes of any file system`() {
        #expect(FilePublisherCalls.bytes(blocks: 3, size: 4096) == 12_288)
        #expect(FilePublisherCalls.bytes(blocks: .max, size: 4096) == .max)
        #expect(FilePublisherCalls.bytes(blocks: .max, size: 0) == 0)
    }

    @Test func `a page beyond the last is the last`() async throws {
        try await WholeServer.run { server in
            for number in 0..<60 {
                _ = try await server.tokens.create(
                    NewToken(service: "github", name: "token \(number)"), by: .person(Person(account: "smooge")))
            }
            let browser = try await server.browser("smooge", groups: "admins")
            for list in ["/tokens", "/admin/tokens"] {
                for sort in ["new", "old", "name", "service", "delivery"] {
                    let answer = try await browser.get("\(list)?page=368934881474191033&sort=\(sort)")
                    #expect(answer.status == 200 && answer.body.contains("51–60 of 60"), "\(list) \(sort)")
                }
                let last = try await browser.get("\(list)?sort=old&page=3").body
                #expect(last.contains("token 59"))
                for text in [
                    "9223372036854775807", "9223372036854775806", "9223372036854775808",
                    String(repeating: "9", count: 40),
                ] {
                    let answer = try await browser.get("\(list)?sort=old&page=\(text)")
                    #expect(answer.status == 200 && answer.body.contains("token 59"), "\(list) \(text)")
                }
                for text in ["0", "-1", "-9223372036854775808", "-" + String(repeating: "9", count: 40), "x"] {
                    #expect(try await browser.get("\(list)?sort=old&page=\(text)").body.contains("token 1<"))
                }
            }
            let everything = try await browser.get("/admin?before=9223372036854775808").body
            #expect(everything.contains("smooge"))
        }
    }

    @Test(arguments: TestDatabases.all) func `selections of any page`(_ kind: TestDatabases) async throws {
        try await kind.withStore { store in
            for page in [Int.min, -1, 0, 368_934_881_474_191_033, .max - 1, .max] {
                for perPage in [0, 1, 25, 100, Int.max] {
                    for order in TokenQuery.Order.allCases {
                        let selection = TokenSelection(
                            TokenQuery(order: order), of: nil, dialect: store.database.dialect)
                        let rows = try await store.database.query(selection.page(page, perPage: perPage)).rows
                        #expect(rows.isEmpty)
                    }
                }
                #expect((1...TokenQuery.maximumPage).contains(TokenQuery(page: page).page))
            }
        }
    }

    @Test func `times and sizes of any value`() {
        for milliseconds in [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max] {
            let time = UnixTime(milliseconds: milliseconds)
            #expect("\(time)".count == 20 || "\(time)" == "unknown")
            #expect(time.advanced(by: .seconds(Int64.max)) >= time)
            #expect(time.advanced(by: .seconds(Int64.min)) <= time)
            _ = UnixTime(secondsSince1970: milliseconds)
        }
        for size in [Int.min, -1, 0, 999, 1000, 1_499_999, .max - 1, .max] { #expect(!NumberText.size(size).isEmpty) }
        #expect(NumberText.size(7_249) == "7.2 kB")
        #expect(NumberText.size(999_999) == "1000 kB")
        #expect(NumberText.size(1_500_000) == "1.5 MB")
        for number in [Int64.min, -1, 0, .max] { #expect(!NumberText.grouped(number).isEmpty) }
        for text in ExtremeNumbers.texts {
            for unit in ["", "s", "h", "d", "ms"] {
                _ = DurationText.parse(text + unit)
                _ = try? TokenValidator.grace(text + unit)
            }
        }
    }

    @Test func `numbers of a query`() {
        func number(_ text: String) -> Int64? { QueryItems([(name: "n", value: text)]).number("n") }
        #expect(number("12") == 12 && number("-12") == -12 && number("0") == 0)
        #expect(number("9223372036854775808") == .max && number("-9223372036854775809") == .min)
        #expect(number(String(repeating: "9", count: 40)) == .max)
        for text in ["", "-", "+1", "1.5", "1e3", "0x1", "٣", "1 "] { #expect(number(text) == nil, "\(text)") }
    }

    /// Header fields with a number in every one that anything here might read.
    private static func headers(_ text: String) -> [String: String] {
        [
            "X-Forwarded-For": text, "Forwarded": "for=\(text)", "X-Real-IP": text, "X-GitHub-Event": "push",
            "X-GitHub-Delivery": text, "X-GitHub-Hook-ID": text, "webhook-id": text, "webhook-timestamp": text,
            "X-Gitlab-Event-UUID": text, "Retry-After": text, "Range": "bytes=\(text)-\(text)", "Max-Forwards": text,
            "If-Modified-Since": text, "Accept": "text/html;q=\(text)", "Upgrade-Insecure-Requests": text,
        ]
    }
}

/// Numbers as nobody means them, and as a URL, a form or a header can hold them.
enum ExtremeNumbers {
    static let texts = [
        "0", "-0", "-1", "1", "9223372036854775807", "9223372036854775806", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "4294967295",
        "4294967296", String(repeating: "9", count: 40), "-" + String(repeating: "9", count: 40), "1e400", "0x7f",
        "1.5", "+1", "NaN", "",
    ]
}
