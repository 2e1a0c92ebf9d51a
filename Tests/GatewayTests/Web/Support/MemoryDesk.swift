import Database
import EventLoop
import FoundationEssentials
import Synchronization
import WebhookServices

@testable import Gateway

/// A desk over a dictionary: rights as in the real one, everything else as simple as can be.
final class MemoryDesk: TokenDesk, Sendable {
    struct State {
        var tokens: [TokenID: Token] = [:]
        var activity: [TokenID: TokenActivity] = [:]
        var deliveries: [TokenID: DeliveryList] = [:]
        var history: [HistoryEntry] = []
        var made = 0
        var tests = 0
        var isAway = false
    }

    private let state = Mutex(State())

    func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
    }

    /// Test events sent.
    func tests() -> Int { state.withLock { $0.tests } }

    func tokenIDs() -> [TokenID] {
        state.withLock { state in state.tokens.values.sorted { $0.createdAt < $1.createdAt }.map(\.id) }
    }

    /// A token that is there already.
    @discardableResult
    func add(
        _ name: String, service: String = "github", scope: String? = nil,
        owners: [(TokenOwner.Kind, String)] = [(.user, "zoe")], tokenState: TokenState = .enabled
    ) throws -> TokenID {
        let owners = try owners.map { try TokenOwner($0.0, name: $0.1) }
        let scope = try scope.map { try TokenScope($0) }
        return state.withLock { state in
            let token = Self.token(&state, name, service: service, scope: scope, owners: owners, tokenState: tokenState)
            state.tokens[token.id] = token
            return token.id
        }
    }

    private static func token(
        _ state: inout State, _ name: String, service: String, scope: TokenScope?, owners: [TokenOwner],
        tokenState: TokenState = .enabled, eventFilter: EventFilter? = nil, publishesPrivate: Bool = false,
        settings: [String: String] = [:]
    ) -> Token {
        state.made += 1
        let time = UnixTime(milliseconds: 1_795_000_000_000 + Int64(state.made))
        return Token(
            uuid: UUID(), id: TokenID(high: 0x1234_5678, low: UInt64(state.made)), service: service, name: name,
            scope: scope, eventFilter: eventFilter, publishesPrivate: publishesPrivate, settings: settings,
            owners: owners, state: tokenState, createdBy: owners.first?.name, createdAt: time, updatedAt: time,
            rotatedAt: nil, previousSecretExpiresAt: nil)
    }

    // MARK: TokenDesk

    private func allow(
        _ person: Person?, _ action: TokenAction, _ id: TokenID? = nil
    ) throws(TokenDeskError) -> (Token?, Authorization.Role) {
        let (token, isAway) = state.withLock { state in (id.flatMap { state.tokens[$0] }, state.isAway) }
        if isAway { throw .unavailable("the database is away") }
        switch Authorization.decide(person, action, owners: token?.owners) {
        case .allow(let role): return (token, role)
        case .hide: throw .notFound
        case .forbid(let denial): throw .forbidden(denial)
        }
    }

    private func view(_ token: Token, _ role: Authorization.Role) -> TokenView {
        TokenView(
            token: token, url: "https://hooks.example.org/\(token.service)/\(token.id)",
            serviceTitle: ServiceRegistry.service(named: token.service)?.title ?? token.service,
            isServiceOffered: true, role: role,
            activity: state.withLock { $0.activity[token.id] } ?? TokenActivity())
    }

    private func subject(
        _ id: TokenID, _ action: TokenAction, _ person: Person?
    ) throws(TokenDeskError) -> (token: Token, role: Authorization.Role) {
        let (token, role) = try allow(person, action, id)
        guard let token else { throw .notFound }
        return (token, role)
    }

    func list(_ query: TokenQuery, by person: Person?) async throws(TokenDeskError) -> TokenPage {
        _ = try allow(person, query.reach == .all ? .listAll : .create)
        let all = state.withLock { $0.tokens.values.sorted { $0.createdAt > $1.createdAt } }
        let seen = all.filter { token in
            if query.reach == .own, case .allow(let role) = Authorization.decide(person, .view, owners: token.owners) {
                guard role != .admin else { return false }
            } else if query.reach == .own {
                return false
            }
            return (query.search.isEmpty || token.name.contains(query.search))
                && (query.service == nil || token.service == query.service)
                && (query.isUsed.map { $0 == (state.withLock { $0.activity[token.id]?.last } != nil) } ?? true)
                && (query.standing.map { standing in
                    (state.withLock { $0.activity[token.id]?.last?.outcome.rawValue } ?? "unused") == standing.rawValue
                } ?? true)
                && (query.state == nil || token.state == query.state)
                && (query.owner.map { token.owners.contains($0) } ?? true)
        }
        let ordered = query.descending ? seen : seen.reversed()
        let pages = max(1, (seen.count + query.perPage - 1) / query.perPage)
        let page = min(query.page, pages)
        let shown = ordered.dropFirst((page - 1) * query.perPage).prefix(query.perPage)
        return TokenPage(tokens: shown.map { view($0, .owner) }, total: seen.count, page: page, pages: pages)
    }

    func overview(by person: Person?) async throws(TokenDeskError) -> TokenOverview {
        let page = try await list(TokenQuery(perPage: 100), by: person)
        return TokenOverview(
            tokens: page.total, disabled: page.tokens.count { $0.token.state == .disabled },
            unused: page.tokens.count { $0.activity.last == nil },
            failing: page.tokens.count { $0.activity.last?.outcome == .refused },
            withheld: page.tokens.count { $0.activity.last?.outcome == .withheld })
    }

    func token(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> TokenView {
        let (token, role) = try subject(id, .view, person)
        return view(token, role)
    }

    func create(_ new: NewToken, by person: Person?) async throws(TokenDeskError) -> IssuedToken {
        _ = try allow(person, .create)
        do throws(TokenInputError) {
            let scope = new.scope.isEmpty ? nil : try TokenScope(new.scope)
            let secret = try TokenSecret(
                ownText: Array((new.secret.isEmpty ? "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t" : new.secret).utf8))
            let owner = try TokenOwner(.user, name: person?.account ?? "")
            _ = try TokenDraft(service: new.service, name: new.name)
            let events: EventFilter?
            do throws(EventFilterError) {
                events = new.events.isEmpty ? nil : try EventFilter(text: new.events)
            } catch {
                throw .events(error)
            }
            let token = state.withLock { state in
                let token = Self.token(
                    &state, new.name, service: new.service, scope: scope, owners: [owner], eventFilter: events,
                    publishesPrivate: new.publishesPrivate, settings: new.settings)
                state.tokens[token.id] = token
                return token
            }
            return IssuedToken(view: view(token, .owner), secret: secret)
        } catch {
            throw .invalid(error)
        }
    }

    func edit(_ id: TokenID, _ edit: TokenEdit, by person: Person?) async throws(TokenDeskError) -> TokenView {
        let (old, role) = try subject(id, .edit, person)
        if let version = edit.version, version != old.settingsVersion { throw .changed(old) }
        do throws(TokenInputError) {
            let scope = try edit.scope.flatMap { (text) throws(TokenInputError) in
                text.isEmpty ? nil : try TokenScope(text)
            }
            _ = try TokenDraft(service: old.service, name: edit.name ?? old.name)
            let token = Token(
                uuid: old.uuid, id: id, service: old.service, name: edit.name ?? old.name, scope: scope,
                eventFilter: old.eventFilter, publishesPrivate: edit.publishesPrivate ?? old.publishesPrivate,
                settings: edit.settings ?? old.settings, owners: old.owners, state: old.state,
                createdBy: old.createdBy, createdAt: old.createdAt, updatedAt: .now(), rotatedAt: nil,
                previousSecretExpiresAt: nil)
            state.withLock { $0.tokens[id] = token }
            return view(token, role)
        } catch {
            throw .invalid(error)
        }
    }

    func rotate(
        _ id: TokenID, grace: Duration, secret: String, version: String?, by person: Person?
    ) async throws(TokenDeskError) -> IssuedToken {
        let (token, role) = try subject(id, .rotate, person)
        if let version, version != token.secretsVersion { throw .changed(token) }
        do throws(TokenInputError) {
            let text = secret.isEmpty ? "n3w-s3cr3t-n3w-s3cr3t-n3w-s3cr3t-n3w" : secret
            return IssuedToken(view: view(token, role), secret: try TokenSecret(ownText: Array(text.utf8)))
        } catch {
            throw .invalid(error)
        }
    }

    func setState(_ id: TokenID, to new: TokenState, by person: Person?) async throws(TokenDeskError) -> TokenView {
        let (old, role) = try subject(id, .setState, person)
        let token = Token(
            uuid: old.uuid, id: id, service: old.service, name: old.name, scope: old.scope,
            eventFilter: old.eventFilter, publishesPrivate: old.publishesPrivate, settings: old.settings,
            owners: old.owners, state: new, createdBy: old.createdBy, createdAt: old.createdAt, updatedAt: .now(),
            rotatedAt: nil, previousSecretExpiresAt: nil)
        state.withLock { $0.tokens[id] = token }
        return view(token, role)
    }

    func delete(_ id: TokenID, by person: Person?) async throws(TokenDeskError) {
        _ = try subject(id, .delete, person)
        state.withLock { _ = $0.tokens.removeValue(forKey: id) }
    }

    func addOwner(
        _ name: String, kind: TokenOwner.Kind, to id: TokenID, by person: Person?
    ) async throws(TokenDeskError) -> TokenView {
        var (token, role) = try subject(id, .changeOwners, person)
        do throws(TokenInputError) {
            token.owners.append(try TokenOwner(kind, name: name))
        } catch {
            throw .invalid(error)
        }
        let changed = token
        state.withLock { $0.tokens[id] = changed }
        return view(changed, role)
    }

    func removeOwner(
        _ name: String, kind: TokenOwner.Kind, from id: TokenID, by person: Person?
    ) async throws(TokenDeskError) {
        var (token, _) = try subject(id, .changeOwners, person)
        token.owners.removeAll { $0.kind == kind && $0.name == name }
        guard !token.owners.isEmpty else { throw .lastOwner }
        let changed = token
        state.withLock { $0.tokens[id] = changed }
    }

    func deliveries(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> DeliveryList {
        _ = try subject(id, .view, person)
        return state.withLock { $0.deliveries[id] } ?? DeliveryList()
    }

    func history(
        _ id: TokenID, before: UnixTime?, limit: Int, by person: Person?
    ) async throws(TokenDeskError) -> [HistoryEntry] {
        _ = try subject(id, .view, person)
        return Array(state.withLock { $0.history.filter { $0.token == id } }.prefix(limit))
    }

    func history(before: UnixTime?, limit: Int, by person: Person?) async throws(TokenDeskError) -> [HistoryEntry] {
        _ = try allow(person, .listAll)
        return Array(state.withLock { $0.history }.prefix(limit))
    }

    func sendTest(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> DeliveryRecord {
        _ = try subject(id, .sendTest, person)
        state.withLock { $0.tests += 1 }
        return DeliveryRecord(
            at: .now(), outcome: .published, status: 202, event: "ping", topic: "org.example.github.ping",
            messageID: "0c4a37a1-6a3c-5f0e-9d0c-6f0f6f3f8a11", size: 40)
    }
}
