import Encodings
import WebPages
import WebhookServices

/// `/tokens/<id>`, and what its script asks.
struct TokenDetailPages: Sendable {
    let portal: Portal

    /// A form on the page that was not accepted.
    struct Rejected: Sendable {
        /// The message at the top.
        var problem: String?
        /// The settings as they were typed.
        var values: TokenFields.Values?
        /// The faults by field.
        var error: TokenInputError?
        /// The owner's name as it was typed.
        var ownerName = ""
        /// The owner's kind as it was chosen.
        var ownerKind = TokenOwner.Kind.user
        /// The fault of the owner's name.
        var ownerError: String?
        /// The field to confirm the owner's name.
        var ownerAgain: TextField?
        /// A Boolean value that indicates whether somebody else saved other settings meanwhile: both values are shown.
        var isStale = false
        /// The version of the settings that were shown when these were typed, if it is not the current one.
        var version: String?
        /// The fault of the name that was typed to delete the token.
        var deleteError: String?
    }

    func show(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        guard let draft = request.draft, let rejected = try restored(draft, request) else {
            return try await page(request, nil)
        }
        var answer = try await page(request, rejected, status: 200)
        answer.flash = .restored()
        answer.deletedCookies = [.draft]
        return answer
    }

    /// The content of one of the page's forms before a login ended.
    private func restored(_ draft: Draft, _ request: PageRequest) throws(PageFailure) -> Rejected? {
        let path = "/tokens/\(try request.tokenID())"
        let filled = draft.filled(request)
        switch draft.path {
        case path + "/settings":
            // All settings that any service has: those of this one are picked from them.
            let values = TokenFields.Values(filled, keys: portal.services.known.flatMap { $0.settings.map(\.key) })
            return Rejected(problem: nil, values: values, version: filled.form["version"])
        case path + "/owners/add":
            return Rejected(
                problem: nil, ownerName: filled.field("name"),
                ownerKind: filled.field("kind") == "group" ? .group : .user)
        default: return nil
        }
    }

    /// The page after a form that was not accepted.
    func page(
        _ request: PageRequest, _ rejected: Rejected?, status: Int? = nil
    ) async throws(PageFailure) -> PageResponse {
        let (id, person) = (try request.tokenID(), try request.person())
        let details = try await attempt {
            try await portal.tokens.details(
                id, entries: portal.settings.pages.historyLength, before: request.query.before, by: .person(person))
        }
        let content = TokenDetailComposer(
            portal: portal, request: request, person: person, details: details, rejected: rejected
        ).page()
        return .page(content, .tokens, status: status ?? (rejected == nil ? 200 : 422))
    }

    /// Returns the last delivery, in JSON: `{"seen": 3, "last": {"refused": false, "text": …, "outcome": "withheld",
    /// …}}`.
    func status(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let (id, person) = (try request.tokenID(), try request.person())
        let details = try await attempt {
            try await portal.tokens.details(id, by: .person(person))
        }
        let last = details.deliveries.ofService.all.first.map { record -> String in
            let card = WaitingCard.Last(record, details.view)
            return """
                {"refused": \(record.outcome == .refused), "text": \(JSONText.quoted(card.text)), \
                "advice": \(JSONText.quoted(card.advice ?? "")), "title": \(JSONText.quoted(card.title)), \
                "outcome": "\(card.outcome)", "at": \(record.at.milliseconds)}
                """
        }
        let seen = details.deliveries.seen(details.view.activity)
        return PageResponse(body: .json(Array("{\"seen\": \(seen), \"last\": \(last ?? "null")}\n".utf8)))
    }
}
