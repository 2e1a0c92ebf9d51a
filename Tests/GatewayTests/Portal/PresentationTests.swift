import Database
import Testing
import WebPages
import WebhookServices

@testable import Gateway

struct PresentationTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-5000, "−5,000")])
    func `groups`(_ number: Int, _ text: String) {
        #expect(NumberText.grouped(number) == text)
    }

    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (7249, "7.2 kB"), (99_949, "99.9 kB"), (250_000, "250 kB"),
            (1_500_000, "1.5 MB"), (25_000_000, "25 MB"),
        ].map { ($0.0, $0.0 == 99_949 ? "100 kB" : $0.0 == 25_000_000 ? "25 MB" : $0.1) })
    func `sizes`(_ bytes: Int, _ text: String) {
        #expect(NumberText.size(bytes) == text)
    }

    @Test func `moments`() {
        let moment = Moment(UnixTime(milliseconds: 1_795_470_012_345))
        #expect(moment.iso == "2026-11-23T21:40:12Z")
        #expect(moment.text == "23 Nov 2026, 21:40 UTC")
        #expect(Moment(UnixTime(milliseconds: -1)).text == "unknown")
    }

    @Test func `every offered service has letters`() {
        for service in ServiceRegistry.builtIn {
            let badge = ServiceBadge(service)
            #expect(badge.letters.count == 2 && (0..<8).contains(badge.tone), "\(service.name)")
        }
        #expect(ServiceBadge(name: "own", title: "Ünser Dienst").letters == "Ün")
        #expect(ServiceBadge(name: "own", title: "!").letters == "?")
    }

    @Test(arguments: [
        (1, 1, 0, [""]), (1, 2, 30, ["1*", "2"]), (3, 200, 5000, ["1", "2", "3*", "4", "…", "200"]),
        (100, 200, 5000, ["1", "…", "99", "100*", "101", "…", "200"]), (200, 200, 5000, ["1", "…", "199", "200*"]),
    ])
    func `pages`(_ page: Int, _ pages: Int, _ total: Int, _ expected: [String]) {
        let pager = Pager(page: page, of: pages, perPage: 25, total: total, noun: ("token", "tokens")) { "?page=\($0)" }
        guard pages > 1 else {
            #expect(!pager.isNeeded)
            return
        }
        #expect(pager.pages.map { $0.url == nil ? "…" : $0.label + ($0.isCurrent ? "*" : "") } == expected)
        #expect(pager.previous == (page > 1 ? "?page=\(page - 1)" : nil))
        #expect(pager.next == (page < pages ? "?page=\(page + 1)" : nil))
    }

    @Test func `reasons are split into what and what to do`() {
        let advice = DeliveryAdvice(code: "signature_mismatch", service: "GitHub")
        #expect(advice.what == "The signature doesn’t match.")
        #expect(advice.todo == "The secrets here and at GitHub differ, or a proxy changed the body.")
        #expect(DeliveryAdvice(code: "who_knows", service: "GitHub").what.contains("who_knows"))
    }

    @Test func `history reads as a sentence`() throws {
        let id = TokenID(high: 1, low: 2)
        func row(_ event: HistoryEntry.Event, _ detail: String = "", actor: String? = "zoe", byAdmin: Bool = false)
            -> HistoryRow
        {
            HistoryRow(
                HistoryEntry(
                    at: .now(), actor: actor, byAdmin: byAdmin, token: id, tokenName: "bodhi", event: event,
                    detail: detail), namesToken: true)
        }
        #expect(row(.created).what == "created the token")
        #expect(row(.created, actor: nil).who == "Command line")
        #expect(row(.disabled, byAdmin: true).who == "zoe (administrator)")
        #expect(row(.ownerAdded, "group infra-sig").what == "added the group infra-sig as an owner of the token")
        #expect(row(.ownerAdded, "user kevin").what == "added kevin as an owner of the token")
        #expect(row(.rotated, "1 day").detail == "1 day")
        #expect(row(.created).about?.text == "bodhi")
    }

    @Test(
        arguments: [
            (nil, "Unknown browser"), ("", "Unknown browser"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile Safari/537.36",
                "Chrome on Android"
            ),
            ("<script>\u{202E}", "<script>"),
        ] as [(String?, String)])
    func `browsers`(_ userAgent: String?, _ text: String) {
        #expect(BrowserName.text(userAgent) == text)
    }
}
