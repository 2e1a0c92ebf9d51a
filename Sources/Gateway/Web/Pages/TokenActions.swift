import WebPages
import WebhookServices

/// What is POSTed below `/tokens/<id>`.
struct TokenActions: Sendable {
    let site: WebSite

    private var details: TokenDetailPages { TokenDetailPages(site: site) }

    /// Name, scope, events, settings, the private-content switch.
    func edit(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let (id, person, view) = try await subject(request)
        let service = site.services.known(named: view.token.service)
        let values = TokenFields.Values(request, service: service)
        let edit = TokenEdit(
            name: values.name, scope: values.scope, events: values.events, publishesPrivate: values.publishesPrivate,
            settings: service == nil ? nil : values.settings)
        do throws(TokenDeskError) {
            _ = try await site.desk.edit(id, edit, by: person)
        } catch .invalid(let error) {
            let problem = "Nothing was changed: \(error)."
            return try await details.page(request, .init(problem: problem, values: values, error: error))
        } catch {
            throw PageFailure(error)
        }
        return .redirect(view.path, .success, "Saved.")
    }

    /// Another scope, for a repository that was renamed.
    func changeScope(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let (id, person, view) = try await subject(request)
        let scope = request.field("scope")
        do throws(TokenDeskError) {
            let changed = try await site.desk.edit(id, TokenEdit(scope: scope), by: person)
            return .redirect(
                view.path, .success,
                "The scope is \(changed.token.scope?.text ?? "any repository") now. What came meanwhile can be sent again "
                    + "at \(view.serviceTitle).")
        } catch .invalid(let error) {
            var values = TokenFields.Values(view.token)
            values.scope = scope
            return try await details.page(
                request, .init(problem: "Nothing was changed: \(error).", values: values, error: error))
        } catch {
            throw PageFailure(error)
        }
    }

    /// Another secret.
    func rotate(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let (id, person, view) = try await subject(request)
        let secret = request.field("secret")
        let issued: IssuedToken
        do throws(TokenDeskError) {
            guard let grace = try? TokenAdministration.parseGrace(request.field("grace")) else {
                throw .invalid(.grace(limit: TokenStore.maximumGrace))
            }
            issued = try await site.desk.rotate(id, grace: grace, secret: secret, by: person)
        } catch .invalid(let error) {
            return try await details.page(
                request, .init(problem: "The secret was not changed: \(error).", error: error))
        } catch {
            throw PageFailure(error)
        }
        let origin = site.services.known(named: view.token.service)?.secretOrigin
        return SecretPages.redirect(issued, .rotated, isShown: secret.isEmpty && origin != .nowhere)
    }

    func disable(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        try await set(.disabled, request, "The token is disabled: its deliveries are refused from now on.")
    }

    func enable(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        try await set(.enabled, request, "The token is enabled.")
    }

    private func set(
        _ state: TokenState, _ request: PageRequest, _ text: String
    ) async throws(PageFailure) -> PageAnswer {
        let id = try request.tokenID()
        let person = try request.person()
        let view = try await asking { () async throws(TokenDeskError) in
            try await site.desk.setState(id, to: state, by: person)
        }
        return .redirect(view.path, .success, text)
    }

    /// For good, if its name was typed.
    func delete(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let (id, person, view) = try await subject(request)
        guard request.field("name") == view.token.name.trimmed else {
            return try await details.page(
                request,
                .init(
                    problem: "The token was not deleted: what was typed is not its name.",
                    deleteError: "That is not the token’s name."))
        }
        try await asking { () async throws(TokenDeskError) in try await site.desk.delete(id, by: person) }
        return .redirect("/tokens", .success, "The token “\(view.token.name.isolated)” was deleted.")
    }

    /// A test event, the whole way.
    func test(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let (id, person, view) = try await subject(request)
        let record = try await asking { () async throws(TokenDeskError) in
            try await site.desk.sendTest(id, by: person)
        }
        let reason = record.reason.map { " " + DeliveryReason.explanation(of: $0, service: view.serviceTitle) } ?? ""
        return switch record.outcome {
        case .published, .repeated:
            .redirect(
                view.path, .success,
                "The test event was published" + (record.messageID.map { " as message \($0)." } ?? "."))
        case .withheld: .redirect(view.path, .warning, "The test event was accepted, but not published." + reason)
        case .refused: .redirect(view.path, .error, "The test event was refused." + reason)
        }
    }

    // MARK: Owners

    func addOwner(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let id = try request.tokenID()
        let person = try request.person()
        let (name, kind) = (request.field("name"), kind(request))
        do throws(TokenDeskError) {
            let view = try await site.desk.addOwner(name, kind: kind, to: id, by: person)
            return .redirect(view.path, .success, "\(words(kind, name)) may manage the token now.")
        } catch .invalid(let error) {
            return try await details.page(
                request, .init(problem: "Nobody was added: \(error).", error: error, ownerName: name))
        } catch {
            throw PageFailure(error)
        }
    }

    func removeOwner(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let id = try request.tokenID()
        let person = try request.person()
        let (name, kind) = (request.field("name"), kind(request))
        do throws(TokenDeskError) {
            try await site.desk.removeOwner(name, kind: kind, from: id, by: person)
        } catch .lastOwner {
            return .redirect("/tokens/\(id)", .error, "A token keeps at least one owner: add another first.")
        } catch {
            throw PageFailure(error)
        }
        // Whoever took themselves away may not see the page any more.
        let isStillSeen = (try? await site.desk.token(id, by: person)) != nil
        return .redirect(
            isStillSeen ? "/tokens/\(id)" : "/tokens", .success, "\(words(kind, name)) may no longer manage the token.")
    }

    private func kind(_ request: PageRequest) -> TokenOwner.Kind {
        request.field("kind") == "group" ? .group : .user
    }

    private func words(_ kind: TokenOwner.Kind, _ name: String) -> String {
        kind == .group ? "The group \(name.printable)" : name.printable
    }

    private func subject(_ request: PageRequest) async throws(PageFailure) -> (TokenID, Person, TokenView) {
        let id = try request.tokenID()
        let person = try request.person()
        let view = try await asking { () async throws(TokenDeskError) in try await site.desk.token(id, by: person) }
        return (id, person, view)
    }
}

extension String {
    /// Without blanks at its ends.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
