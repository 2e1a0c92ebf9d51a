/// Asking again who somebody is, without I/O: by the access token while it lasts, else by the refresh token.
struct RefreshFlow {
    /// The next step.
    enum Action {
        case ask(ProviderRequest)
        case done(Identity, Credentials)
    }

    private enum Step {
        case userInfo(isFresh: Bool)
        case token
    }

    private let settings: OIDCSettings
    private let metadata: ProviderMetadata
    private let subject: String
    /// The credentials as they are now: a refresh changes them even if what follows fails.
    private(set) var credentials: Credentials
    private var step = Step.userInfo(isFresh: false)

    init(settings: OIDCSettings, metadata: ProviderMetadata, subject: String, credentials: Credentials) {
        self.settings = settings
        self.metadata = metadata
        self.subject = subject
        self.credentials = credentials
    }

    /// The first question.
    mutating func begin(now: Int64) throws(OIDCError) -> ProviderRequest {
        if let expiry = credentials.accessExpiry, expiry <= now + 5 { return try askForTokens() }
        return askUserInfo(isFresh: false)
    }

    /// An answer came.
    mutating func answer(_ response: ProviderResponse, now: Int64) throws(OIDCError) -> Action {
        switch step {
        case .token:
            let grant = try TokenGrant(response)
            credentials = Credentials(grant, before: credentials, now: now)
            return .ask(askUserInfo(isFresh: true))
        case .userInfo(let isFresh):
            do throws(OIDCError) {
                let info = try UserInfo(response)
                guard info.subject == subject else { throw .subjectMismatch }
                return .done(try info.identity(settings), credentials)
            } catch {
                // The token ended before its time; a new one may do.
                guard case .userInfoRefused = error, !isFresh else { throw error }
                return .ask(try askForTokens())
            }
        }
    }

    private mutating func askUserInfo(isFresh: Bool) -> ProviderRequest {
        step = .userInfo(isFresh: isFresh)
        return .get(.userInfo, metadata.userInfoEndpoint, bearer: credentials.accessToken)
    }

    private mutating func askForTokens() throws(OIDCError) -> ProviderRequest {
        guard let refreshToken = credentials.refreshToken else { throw .notRefreshable }
        step = .token
        var form = FormEncoder()
        form.add("grant_type", "refresh_token")
        form.add("refresh_token", refreshToken)
        var fields: [ProviderRequest.Field] = []
        settings.authenticate(form: &form, fields: &fields)
        return .post(.token, metadata.tokenEndpoint, form: form, fields: fields)
    }
}

/// The outcome of asking again who somebody is.
public enum RefreshOutcome: Sendable, Hashable {
    /// This is what holds now.
    case current(Identity, Credentials)
    /// The provider does not know the grant any more: the login is over.
    case ended(OIDCError)
    /// It cannot be said now. The credentials may be new ones all the same.
    case unavailable(OIDCError, Credentials)
}
