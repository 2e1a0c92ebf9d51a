import EventLoop
import OIDC

@testable import Gateway

/// A provider that is asked again, and answers as it is told.
final class ScriptedRefresher: SessionRefresher {
    let outcome = Locked<@Sendable (Credentials) -> RefreshOutcome>({ .unavailable(.notRefreshable, $0) })
    /// The refresh tokens that it was asked with.
    let asked = Locked<[String]>([])

    func refresh(subject: String, _ credentials: Credentials) async -> RefreshOutcome {
        asked.withLock { $0.append(credentials.refreshToken ?? "") }
        return outcome.withLock { $0 }(credentials)
    }

    func answer(_ outcome: @escaping @Sendable (Credentials) -> RefreshOutcome) {
        self.outcome.withLock { $0 = outcome }
    }
}
