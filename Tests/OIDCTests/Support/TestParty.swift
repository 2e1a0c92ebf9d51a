import Synchronization
import Testing

@testable import OIDC

/// A relying party over the scripted provider, with a clock that tests turn.
final class TestParty: Sendable {
    let provider = ScriptedProvider()
    let party: RelyingParty
    private let elapsed: ElapsedTime

    /// Seconds since the start.
    final class ElapsedTime: Sendable {
        private let seconds = Mutex<Int64>(0)
        var value: Int64 { seconds.withLock { $0 } }
        func add(_ more: Int64) { seconds.withLock { $0 += more } }
    }

    init(_ change: (inout OIDCSettings) -> Void = { _ in }) {
        var settings = OIDCSettings(
            issuer: "https://id.example.org/openidc", redirectURI: "https://hooks.example.org/login/callback")
        settings.clientID = "w2fm"
        settings.clientSecret = "not secret"
        change(&settings)
        let (elapsed, origin) = (ElapsedTime(), ContinuousClock.now)
        self.elapsed = elapsed
        party = RelyingParty(
            settings: settings, transport: provider,
            clock: OIDCClock(
                seconds: { ScriptedProvider.start + elapsed.value },
                instant: { origin + .seconds(elapsed.value) }))
    }

    func wait(_ seconds: Int64) { elapsed.add(seconds) }

    var now: Int64 { ScriptedProvider.start + elapsed.value }

    func attempt(maxAge: Int64? = nil) throws -> LoginAttempt {
        try LoginAttempt(returnAddress: "/tokens", maxAge: maxAge, startedAt: now)
    }

    /// A whole login.
    func login(maxAge: Int64? = nil) async throws -> Login {
        let attempt = try attempt(maxAge: maxAge)
        let url = try await party.authorizationURL(for: attempt)
        let query = try await provider.authorize(url)
        return try await party.login(LoginCallback(query: query.utf8), attempt: attempt)
    }

    /// A login that must fail.
    func failure(maxAge: Int64? = nil) async throws -> OIDCError? {
        do {
            _ = try await login(maxAge: maxAge)
            return nil
        } catch let error as OIDCError {
            return error
        }
    }
}
