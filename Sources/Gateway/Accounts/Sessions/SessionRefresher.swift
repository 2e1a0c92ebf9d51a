import OIDC

/// Asks the provider again who somebody is.
protocol SessionRefresher: Sendable {
    func refresh(subject: String, _ credentials: Credentials) async -> RefreshOutcome
}

extension RelyingParty: SessionRefresher {}
