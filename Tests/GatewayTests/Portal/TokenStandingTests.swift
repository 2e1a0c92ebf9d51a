import Database
import Testing
import WebPages
import WebhookServices

@testable import Gateway

/// What pages say of tokens that publish nothing, or whose secret is not in use.
struct TokenStandingTests {
    let test: TestSite
    let id: TokenID

    init() async throws {
        test = try await TestSite()
        id = try await test.tokens.add("bodhi", scope: "old/name")
    }

    private func page(_ query: String = "") async throws -> String {
        try test.html(try await TokenDetailPages(portal: test.portal).show(test.request(id: id, query: query)))
    }

    private func delivered(_ records: [DeliveryRecord], published: Int64 = 0) async throws {
        var activity = TokenActivity()
        for record in records { activity.count(record) }
        activity.published += published
        try await test.tokens.set(activity, of: id)
        try await test.tokens.set(records, of: id)
    }

    private func record(
        _ outcome: DeliveryOutcome, _ second: Int = 0, event: String = "push", reason: String? = nil,
        repository: String? = nil
    ) -> DeliveryRecord {
        DeliveryRecord(
            at: UnixTime(milliseconds: 1_795_000_000_000 + Int64(second) * 1000), outcome: outcome, status: 202,
            event: event, reason: reason, repository: repository)
    }

    @Test func `list page and overview agree`() async throws {
        try await delivered([record(.withheld, 2, reason: "filtered"), record(.withheld, 1), record(.published, 0)])
        let list = try test.html(try await TokenListPages(portal: test.portal).list(test.request()))
        for (label, number) in [("Published", 1), ("Not published", 2), ("Refused", 0)] {
            #expect(list.contains("data-label=\"\(label)\" class=\"number\">\(number)<"), "\(label)")
        }
        #expect(list.contains("pill-warn\">Not published<"))
        let shown = try await page()
        #expect(shown.contains("<b>1</b> published") && shown.contains("<b>2</b> not published"))
        #expect(try await page("show=withheld").contains("pill-warn\">Not published<"))
        #expect(try await !page("show=withheld").contains("pill-ok\">Published<"))
        #expect(try await !page("show=accepted").contains("pill-warn\">Not published<"))
        let front = try test.html(try await HomePages(portal: test.portal).home(test.request()))
        #expect(front.contains("The last delivery wasn’t published for 1 token."))
        #expect(!front.contains("No problems"))
        #expect(front.contains("<a href=\"/tokens?state=withheld\"><b>1</b>"))
        for (state, count) in [("withheld", 1), ("refused", 0), ("unused", 0), ("disabled", 0)] {
            let answer = try await TokenListPages(portal: test.portal).list(test.request(query: "state=\(state)"))
            #expect(try test.html(answer).contains("\(id)") == (count == 1), "\(state)")
            #expect(front.contains("<a href=\"/tokens?state=\(state)\"><b>\(count)</b>"), "\(state)")
        }
    }

    /// The card waits on until something is published.
    @Test func `the card waits on`() async throws {
        #expect(try await page().contains("Waiting for the first delivery"))
        try await delivered([record(.refused, reason: "signature_mismatch")])
        #expect(try await page().contains("class=\"card waiting refused\""))
        #expect(try await page().contains("Last delivery refused"))
        try await delivered([record(.withheld, 1, reason: "filtered"), record(.refused, reason: "signature_mismatch")])
        #expect(try await page().contains("class=\"card waiting withheld\""))
        #expect(try await page().contains("data-since=\"2\""))
        try await delivered([record(.published, 2), record(.withheld, 1)])
        #expect(try await !page().contains("data-watch="))
    }

    /// Gives the token another filter and other secrets.
    private func become(
        scope: String? = nil, filter: EventFilter? = nil, rotatedAt: UnixTime? = nil, previousEnd: UnixTime? = nil,
        earlierEnd: UnixTime? = nil
    ) async throws {
        let times = [rotatedAt, previousEnd, earlierEnd].map { time -> SQLValue in
            time.map { .integer($0.milliseconds) } ?? .null
        }
        try await test.tokens.database.query(
            """
            UPDATE token SET scope = $1, scope_key = $2, event_filter = $3, rotated_at = $4, previous_expires_at = $5,
                previous_key_id = CASE WHEN $5 IS NULL THEN NULL ELSE key_id END,
                previous_secret = CASE WHEN $5 IS NULL THEN NULL ELSE secret END, earlier_expires_at = $6
            """,
            [.optional(scope), .optional(scope?.lowercased()), .optional(filter?.description)] + times)
    }

    @Test func `a filter that lets nothing through`() async throws {
        try await become(filter: try EventFilter(text: "release"))
        try await delivered([
            record(.withheld, 1, reason: "filtered"), record(.withheld, event: "fork", reason: "filtered"),
        ])
        #expect(try await page().contains("(release). The last 2 deliveries had other events (fork, push)."))
        try await delivered([record(.withheld, 1, reason: "filtered"), record(.published)])
        #expect(try await !page().contains("No recent delivery matches"))
        try await delivered([record(.withheld, 1, reason: "private_repository")])
        #expect(try await !page().contains("No recent delivery matches"))
        // What is outside of the scope never came to the filter.
        try await delivered([record(.withheld, 2, reason: "out_of_scope"), record(.withheld, 1, reason: "filtered")])
        #expect(try await page().contains("The last delivery had other events (push)."))
        try await delivered([record(.withheld, 2, reason: "out_of_scope")])
        #expect(try await !page().contains("No recent delivery matches"))
        // The present filter is a better one.
        try await delivered([
            record(.withheld, 1, reason: "filtered"), record(.withheld, event: "fork", reason: "filtered"),
        ])
        try await become(filter: try EventFilter(text: "push"))
        #expect(try await !page().contains("No recent delivery matches"))
        try await become(filter: try EventFilter(text: "issues"))
        #expect(try await page().contains("No recent delivery matches"))
        try await become(filter: nil)
        #expect(try await !page().contains("No recent delivery matches"))
    }

    /// The page says so, with the new name, and offers the change.
    @Test func `a renamed repository`() async throws {
        let moved = record(.withheld, 3, reason: "out_of_scope", repository: "new/name")
        try await delivered([moved, record(.published, 1)])
        #expect(try await page().contains("Was the repository renamed?"))
        #expect(try await page().contains("The delivery came from new/name, outside “Repository or owner”."))
        #expect(try await page().contains("name=\"scope\" value=\"new/name\""))
        // A webhook of an organization sends of many.
        let other = record(.withheld, 2, reason: "out_of_scope", repository: "new/other")
        try await delivered([moved, other])
        #expect(try await !page().contains("Was the repository renamed?"))
        for name in ["", "a b", "<b>x</b>", "old/name"] {
            try await delivered([record(.withheld, 3, reason: "out_of_scope", repository: name)])
            #expect(try await !page().contains("Was the repository renamed?"), "\(name)")
        }
        let actions = TokenActions(portal: test.portal)
        let changed = try await actions.changeScope(test.request(id: id, form: ["scope": "new/name"]))
        #expect(changed.flash?.contains("Now publishing events from new/name.") == true)
        #expect(try await test.tokens.token(id, by: TestSite.zoe.person).token.scope?.text == "new/name")
        let wrong = try await actions.changeScope(test.request(id: id, form: ["scope": "a b"]))
        #expect(wrong.status == 422)
    }

    /// After a rotation: whether the new secret is in use, and a warning while it is not.
    @Test func `a secret that is not in use`() async throws {
        let rotated = UnixTime(milliseconds: 1_795_000_500_000)
        #expect(try await !page().contains("Not used yet"))
        try await become(rotatedAt: rotated, previousEnd: UnixTime.now().advanced(by: .seconds(3600)))
        #expect(try await page().contains("Not used yet."))
        #expect(try await page().contains("The new secret hasn’t been used yet. The previous secret expires on"))
        func use(_ since: UnixTime, _ index: Int) async throws {
            var used = record(.published)
            used.secret = SecretUse(since: since, index: index)
            try await delivered([used])
        }
        try await use(rotated, 1)
        #expect(try await page().contains("Deliveries still use a previous secret, which expires on"))
        try await use(rotated.advanced(by: .seconds(-1)), 0)
        #expect(try await page().contains("The new secret hasn’t been used yet."))
        try await use(rotated, 0)
        #expect(try await page().contains("First used "))
        #expect(try await !page().contains("hasn’t been used yet"))
        try await become(rotatedAt: rotated)
        try await delivered([])
        #expect(try await !page().contains("hasn’t been used yet"))
        #expect(try await page().contains("Not used yet."))
    }

    /// It is not known which of two is in use, so the warning names the end that comes first.
    @Test(arguments: [false, true]) func `two former secrets`(_ isLastTheShorter: Bool) async throws {
        let rotated = UnixTime(milliseconds: 1_795_000_500_000)
        let (hour, day) = (UnixTime.now().advanced(by: .seconds(3600)), UnixTime.now().advanced(by: .seconds(86_400)))
        try await become(
            rotatedAt: rotated, previousEnd: isLastTheShorter ? hour : day, earlierEnd: isLastTheShorter ? day : hour)
        let warning = "The first of the previous secrets expires on \(Moment(hour).text). Replace the secret"
        #expect(try await page().contains(warning))
        var used = record(.published)
        used.secret = SecretUse(since: rotated, index: 2)
        try await delivered([used])
        let other = "Deliveries still use a previous secret; the first of those expires on \(Moment(hour).text)."
        #expect(try await page().contains(other))
    }

    /// Deliveries that came before it was written down which secret they had: neither is known.
    @Test func `a secret of before its use was noted`() async throws {
        let rotated = UnixTime(milliseconds: 1_795_000_500_000)
        try await become(rotatedAt: rotated, previousEnd: UnixTime.now().advanced(by: .seconds(3600)))
        try await delivered([record(.published, 501)])
        #expect(try await !page().contains("Not used yet"))
        #expect(try await !page().contains("hasn’t been used yet"))
        // Before the rotation, they say nothing of the new one.
        try await delivered([record(.published, 499)])
        #expect(try await page().contains("Not used yet."))
        #expect(try await page().contains("hasn’t been used yet"))
    }

    /// A test event that was published says nothing of what the webhook does.
    @Test func `test events hide nothing`() async throws {
        var tested = record(.published, 9)
        tested.isTest = true
        func state(_ query: String) async throws -> Bool {
            let answer = try await TokenListPages(portal: test.portal).list(test.request(query: query))
            return try test.html(answer).contains("\(id)")
        }
        try await delivered([tested])
        #expect(try await page().contains("Waiting for the first delivery"))
        #expect(try await page().contains("<b>1</b> published"))
        #expect(try await state("state=unused"))
        try await delivered([tested, record(.withheld, 2, reason: "private_repository"), record(.refused, 1)])
        #expect(try await page().contains("class=\"card waiting withheld\""))
        #expect(try await state("state=withheld"))
        let front = try test.html(try await HomePages(portal: test.portal).home(test.request()))
        #expect(front.contains("Nothing has been published yet") && !front.contains("No problems"))
        try await delivered([tested, record(.refused, 3, reason: "signature_mismatch"), record(.withheld, 2)])
        #expect(try await page().contains("class=\"card waiting refused\""))
        #expect(try await state("state=refused"))
        // Nor do they hide that the repository was renamed, or that the filter lets nothing through.
        try await delivered([tested, record(.withheld, 3, reason: "out_of_scope", repository: "new/name")])
        #expect(try await page().contains("Was the repository renamed?"))
        try await become(filter: try EventFilter(text: "release"))
        try await delivered([tested, record(.withheld, 1, reason: "filtered")])
        #expect(try await page().contains("The last delivery had other events"))
        try await delivered([tested, record(.published, 1)])
        #expect(try await !page().contains("data-watch="))
    }
}
