import Encodings
import WebPages
import WebhookServices

/// The forms below `/tokens/<id>`.
struct TokenActions: Sendable {
    let portal: Portal

    private var details: TokenDetailPages { TokenDetailPages(portal: portal) }

    /// Saves the settings: name, scope, events and those of the service.
    func edit(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let (id, person) = (try request.tokenID(), try request.person())
        // All settings that any service has: those of the token's own are what the form sends.
        var values = TokenFields.Values(request, keys: portal.services.known.flatMap { $0.settings.map(\.key) })
        let edit = TokenEdit(
            name: values.name, scope: values.scope, events: values.events, publishesPrivate: values.publishesPrivate,
            settings: .replacing(values.settings.filter { !$0.value.isEmpty }), version: request.form["version"])
        do throws(TokenServiceError) {
            _ = try await portal.tokens.edit(id, edit, by: .person(person))
        } catch .invalid(let error) {
            let problem =
                error.place == .none
                ? "Changes not saved. \(error.sentence)" : "Changes not saved. Check the field marked below."
            // What is saved meanwhile stays unseen, so the form stays as old as it is.
            return try await details.page(
                request, .init(problem: problem, values: values, error: error, version: edit.version))
        } catch .changed(let token) {
            let saved = TokenFields.Values(token)
            values.keepLocked(of: token, portal.services.known(named: token.service), for: person)
            // Twice the same, such as by a second click, is no conflict.
            if saved.isSame(as: values) { return .redirect("/tokens/\(id)", .success, "Changes saved.") }
            let problem =
                "Changes not saved. Someone else changed these settings after you opened the page. "
                + "The form shows both versions where they differ. Save again to overwrite theirs."
            return try await details.page(
                request, .init(problem: problem, values: values, isStale: true), status: 409)
        } catch {
            throw PageFailure(error)
        }
        return .redirect("/tokens/\(id)", .success, "Changes saved.")
    }

    /// Changes the scope, for a repository that was renamed.
    func changeScope(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let (id, person) = (try request.tokenID(), try request.person())
        let path = "/tokens/\(id)"
        let scope = request.field("scope")
        do throws(TokenServiceError) {
            let edit = TokenEdit(scope: scope, version: request.form["version"])
            let changed = try await portal.tokens.edit(id, edit, by: .person(person))
            return .redirect(
                path, .success,
                "Now publishing events from \(changed.token.scope?.text ?? "any repository"). You can redeliver missed "
                    + "events at \(changed.serviceTitle).")
        } catch .invalid(let error) {
            var values = TokenFields.Values(try await portal.token(of: request).token)
            values.scope = scope
            return try await details.page(
                request, .init(problem: "Changes not saved. \(error.sentence)", values: values, error: error))
        } catch .changed(let token) {
            if let now = token.scope, now == (try? TokenScope(scope)) {
                return .redirect(path, .success, "Now publishing events from \(now.text).")
            }
            return .redirect(
                path, .warning,
                "Changes not saved. Someone else changed the settings after you opened the page.")
        } catch {
            throw PageFailure(error)
        }
    }

    /// Creates a new secret.
    func rotate(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let (id, person) = (try request.tokenID(), try request.person())
        let secret = request.field("secret")
        let issued: IssuedToken
        do throws(TokenServiceError) {
            guard let grace = try? TokenValidator.grace(request.field("grace")) else {
                throw .invalid(.grace(limit: TokenStore.maximumGrace))
            }
            issued = try await portal.tokens.rotate(
                id, grace: grace, secret: secret, version: request.form["version"], by: .person(person))
        } catch .invalid(let error) {
            let problem =
                error.place == .secret
                ? "Secret not changed. Check the field marked below." : "Secret not changed. \(error.sentence)"
            return try await details.page(request, .init(problem: problem, error: error))
        } catch .changed {
            return try await details.page(
                request,
                .init(
                    problem: "Secret not changed. Someone else replaced it after you opened the page. "
                        + "The page now shows the current state."), status: 409)
        } catch {
            throw PageFailure(error)
        }
        return SecretPages.redirect(issued, .rotated, isShown: secret.isEmpty)
    }

    func disable(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        try await set(.disabled, request, "Token disabled. All deliveries are refused.")
    }

    func enable(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        try await set(.enabled, request, "Token enabled.")
    }

    private func set(
        _ state: TokenState, _ request: PageRequest, _ text: String
    ) async throws(PageFailure) -> PageResponse {
        let id = try request.tokenID()
        let person = try request.person()
        let view = try await attempt {
            try await portal.tokens.setState(id, to: state, by: .person(person))
        }
        return .redirect(view.path, .success, text)
    }

    /// Deletes the token, if its name was typed.
    func delete(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let (person, view) = (try request.person(), try await portal.token(of: request))
        guard request.field("name") == view.token.name.trimmed else {
            return try await details.page(
                request,
                .init(
                    problem: "Token not deleted. The name doesn’t match.", deleteError: "The name doesn’t match."))
        }
        try await attempt {
            try await portal.tokens.delete(view.token.id, by: .person(person))
        }
        return .redirect("/tokens", .success, "Token “\(view.token.name.isolated)” deleted.")
    }

    /// Sends a test event, which goes the whole way of a webhook.
    func test(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let (person, view) = (try request.person(), try await portal.token(of: request))
        let record = try await attempt {
            try await portal.tokens.sendTest(view.token.id, by: .person(person))
        }
        let reason = record.reason.map { " " + DeliveryReason.explanation(of: $0, service: view.serviceTitle) } ?? ""
        return switch record.outcome {
        case .published, .repeated:
            .redirect(
                view.path, .success,
                "Test event published" + (record.messageID.map { " as message \($0)." } ?? "."))
        case .withheld: .redirect(view.path, .warning, "Test event accepted but not published." + reason)
        case .refused: .redirect(view.path, .error, "Test event refused." + reason)
        }
    }

    // MARK: Owners

    func addOwner(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let (id, person) = (try await portal.token(of: request).token.id, try request.person())
        let (name, kind) = (request.field("name"), kind(request))
        var rejected = TokenDetailPages.Rejected(problem: nil, ownerName: name, ownerKind: kind)
        if let owner = try? TokenOwner(kind, name: name), try await isDoubtful(owner, person, request, &rejected) {
            return try await details.page(request, rejected)
        }
        do throws(TokenServiceError) {
            let view = try await portal.tokens.addOwner(name, kind: kind, to: id, by: .person(person))
            return .redirect(view.path, .success, "Added \(words(kind, name)) as an owner.")
        } catch .invalid(let error) {
            rejected.problem =
                error.place == .owner
                ? "Owner not added. Check the field marked below." : "Owner not added. \(error.sentence)"
            rejected.error = error
            return try await details.page(request, rejected)
        } catch {
            throw PageFailure(error)
        }
    }

    /// Returns a Boolean value that indicates whether an owner is not added yet: nobody is called so, or the name is to
    /// be said twice.
    private func isDoubtful(
        _ owner: TokenOwner, _ person: Person, _ request: PageRequest, _ rejected: inout TokenDetailPages.Rejected
    ) async throws(PageFailure) -> Bool {
        // Groups that one is a member of are there.
        if owner.kind == .group, person.groups.contains(owner.name) { return false }
        switch try await portal.users.find(owner) {
        case .known:
            return false
        case .absent:
            rejected.problem = "Owner not added. Check the field marked below."
            rejected.ownerError = "There is no \(owner.kind == .group ? "group" : "account") named “\(owner.name)”."
            return true
        case .unsure:
            let again = request.field("again")
            if again == owner.name { return false }
            rejected.problem = "Owner not added yet. Confirm the name."
            rejected.ownerAgain = TextField(
                id: "owner-again", name: "again", label: "Confirm name", value: again,
                hint: owner.kind == .group
                    ? "No member of “\(owner.name)” has logged in here yet. Enter the group’s name again: all its members "
                        + "will be able to manage this token."
                    : "“\(owner.name)” hasn’t logged in here yet. Enter the name again: this account will be able to "
                        + "manage this token.",
                maximum: TokenOwner.maximumNameCount, error: again.isEmpty ? nil : "The names don’t match.",
                isFocused: true)
            return true
        }
    }

    func removeOwner(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let (id, person) = (try request.tokenID(), try request.person())
        let (name, kind) = (request.field("name"), kind(request))
        if request.form["leave"] != "yes" {
            let view = try await portal.token(of: request)
            if leaves(person, view.token, kind, name) { return leaving(request, view, kind, name) }
        }
        let isStillSeen: Bool
        do throws(TokenServiceError) {
            isStillSeen = try await portal.tokens.removeOwner(name, kind: kind, from: id, by: .person(person)) != nil
        } catch .lastOwner {
            return .redirect("/tokens/\(id)", .error, "A token needs at least one owner. Add another owner first.")
        } catch {
            throw PageFailure(error)
        }
        // Whoever took themselves away may not see the page any more.
        return .redirect(isStillSeen ? "/tokens/\(id)" : "/tokens", .success, "Removed \(words(kind, name)).")
    }

    /// Returns a Boolean value that indicates whether somebody takes themselves away, or the group by which they manage
    /// the token.
    private func leaves(_ person: Person, _ token: Token, _ kind: TokenOwner.Kind, _ name: String) -> Bool {
        guard token.owners.count > 1, token.owners.contains(where: { $0.kind == kind && $0.name == name }) else {
            return false
        }
        if kind == .user { return name == person.account }
        func manages(_ owners: [TokenOwner]) -> Bool {
            owners.contains { $0.kind == .user ? $0.name == person.account : person.groups.contains($0.name) }
        }
        return manages(token.owners) && !manages(token.owners.filter { $0.kind != kind || $0.name != name })
    }

    /// Returns the page that asks for confirmation.
    private func leaving(
        _ request: PageRequest, _ view: TokenView, _ kind: TokenOwner.Kind, _ name: String
    ) -> PageResponse {
        let fields = [("kind", kind == .group ? "group" : "person"), ("name", name), ("leave", "yes")]
        return .page(
            MessagePage(
                title: "Leave this token?",
                text: kind == .group
                    ? "You manage “\(view.token.name.isolated)” as a member of the group \(name). If you remove it, you "
                        + "can no longer see or change the token."
                    : "You are about to remove yourself as an owner of “\(view.token.name.isolated)”. Unless one of your "
                        + "groups owns it, you can no longer see or change it.",
                advice: ["Its webhook keeps working. Only another owner can add you again."],
                ways: [PageLink(url: view.path, text: "Cancel")],
                followUp: FollowUpForm(
                    action: request.path, isNew: true, hidden: fields.map { .init(name: $0.0, value: $0.1) },
                    button: "Leave token",
                    isDestructive: true)),
            .tokens)
    }

    private func kind(_ request: PageRequest) -> TokenOwner.Kind {
        request.field("kind") == "group" ? .group : .user
    }

    private func words(_ kind: TokenOwner.Kind, _ name: String) -> String {
        kind == .group ? "the group \(name.printable)" : name.printable
    }
}
