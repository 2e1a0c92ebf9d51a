import Cryptography
import Glibc

/// Logs people in at an OpenID provider (OpenID Connect Core, the authorization code flow with PKCE).
///
/// The logic is in ``LoginFlow`` and ``RefreshFlow``; this actor asks the provider, and keeps its documents.
public actor RelyingParty {
    private let settings: OIDCSettings
    private let transport: any ProviderTransport
    private let clock: OIDCClock
    private var metadata: ProviderDocument<ProviderMetadata>
    private var keys: ProviderDocument<WebKeySet>
    /// The keys of the set at hand that tokens were signed with so far, ready for use.
    private var publicKeys: [WebKey: Result<PublicKey, PublicKey.Fault>] = [:]
    /// Fetches under way: one a document, however many ask.
    private var metadataFetch: Task<Result<ProviderMetadata, OIDCError>, Never>?
    private var keysFetch: Task<Result<WebKeySet, OIDCError>, Never>?

    /// A relying party, which asks for the provider's documents when it first needs them.
    public init(settings: OIDCSettings, transport: any ProviderTransport, clock: OIDCClock = .system) {
        self.settings = settings
        self.transport = transport
        self.clock = clock
        metadata = ProviderDocument(maxAge: settings.documentsMaxAge, interval: settings.refetchInterval)
        keys = ProviderDocument(maxAge: settings.documentsMaxAge, interval: settings.refetchInterval)
    }

    /// Returns the address for a person who begins this attempt.
    public func authorizationURL(for attempt: LoginAttempt) async throws(OIDCError) -> String {
        LoginFlow.authorizationURL(settings, try await currentMetadata(), attempt)
    }

    /// A callback that belongs to its attempt and brings a code: ready to be redeemed.
    public struct Redemption: Sendable {
        fileprivate var flow: LoginFlow
        fileprivate let request: ProviderRequest
        fileprivate let metadata: ProviderMetadata
    }

    /// Checks a callback against the attempt that it answers. Only the provider's own documents are asked for.
    /// - Throws: `OIDCError`; whatever it is, the attempt is over.
    public func redemption(
        of callback: LoginCallback, attempt: LoginAttempt
    ) async throws(OIDCError) -> Redemption {
        try callback.check(attempt)
        let metadata = try await currentMetadata()
        var flow = LoginFlow(settings: settings, metadata: metadata, attempt: attempt)
        let request = try flow.begin(callback)
        return Redemption(flow: flow, request: request, metadata: metadata)
    }

    /// Redeems a code.
    /// - Throws: `OIDCError`; whatever it is, the attempt is over.
    public func login(_ redemption: Redemption) async throws(OIDCError) -> Login {
        var flow = redemption.flow
        let answer = try await send(redemption.request)
        let token = try flow.tokenAnswer(answer, now: clock.seconds())
        try await checkSignature(of: token, redemption.metadata)
        let info = try await verified(try await send(flow.signatureHolds()), redemption.metadata)
        return try flow.userInfoAnswer(info, now: clock.seconds())
    }

    /// Redeems a callback.
    /// - Throws: `OIDCError`; whatever it is, the attempt is over.
    func login(_ callback: LoginCallback, attempt: LoginAttempt) async throws(OIDCError) -> Login {
        try await login(try await redemption(of: callback, attempt: attempt))
    }

    /// Asks again who somebody is.
    public func refresh(subject: String, _ credentials: Credentials) async -> RefreshOutcome {
        var credentials = credentials
        do throws(OIDCError) {
            let metadata = try await currentMetadata()
            var flow = RefreshFlow(settings: settings, metadata: metadata, subject: subject, credentials: credentials)
            var request = try flow.begin(now: clock.seconds())
            while true {
                let answer = try await send(request)
                let read = request.endpoint == .userInfo ? try await verified(answer, metadata) : answer
                // A refresh spends the old tokens, so the new ones are kept whatever follows.
                defer { credentials = flow.credentials }
                switch try flow.answer(read, now: clock.seconds()) {
                case .ask(let next): request = next
                case .done(let identity, let credentials): return .current(identity, credentials)
                }
            }
        } catch {
            switch error {
            case .tokenRefused(code: "invalid_grant"), .subjectMismatch, .noAccountName: return .ended(error)
            default: return .unavailable(error, credentials)
            }
        }
    }

    /// Returns the address for a person who logged out, to end the provider's session too; nil if the provider has no
    /// such place.
    public func logoutURL(for credentials: Credentials?) async -> String? {
        guard let endpoint = try? await currentMetadata().endSessionEndpoint else { return nil }
        var query = FormEncoder()
        query.add("client_id", settings.clientID)
        if let token = credentials?.idToken { query.add("id_token_hint", token) }
        if let address = settings.postLogoutRedirectURI { query.add("post_logout_redirect_uri", address) }
        return query.appended(to: endpoint)
    }

    /// Gives a grant back (RFC 7009): nobody can ask the provider with it any more.
    /// - Returns: whether the provider has a place for that.
    public func revoke(_ credentials: Credentials) async throws(OIDCError) -> Bool {
        guard let endpoint = try await currentMetadata().revocationEndpoint else { return false }
        var form = FormEncoder()
        form.add("token", credentials.refreshToken ?? credentials.accessToken)
        form.add("token_type_hint", credentials.refreshToken == nil ? "access_token" : "refresh_token")
        var fields: [ProviderRequest.Field] = []
        settings.authenticate(form: &form, fields: &fields)
        let answer = try await send(.post(.revocation, endpoint, form: form, fields: fields))
        // The body of a success means nothing (section 2.2).
        if case .error(let code) = answer.content { throw .tokenRefused(code: code) }
        guard (200..<300).contains(answer.status) else {
            throw .malformed(.revocation, reason: "status \(answer.status)")
        }
        return true
    }

    // MARK: The provider's documents

    private func currentMetadata() async throws(OIDCError) -> ProviderMetadata {
        switch metadata.need(now: clock.instant()) {
        case .use(let document): return document
        case .fetch, .tooSoon: break
        }
        let fetch: Task<Result<ProviderMetadata, OIDCError>, Never>
        if let running = metadataFetch {
            fetch = running
        } else {
            metadata.begin(now: clock.instant())
            fetch = Task { await self.fetchMetadata() }
            metadataFetch = fetch
        }
        switch await fetch.value {
        case .success(let document): return document
        case .failure(let error):
            // One that is old is better than none.
            if let old = metadata.document { return old }
            throw error
        }
    }

    private func fetchMetadata() async -> Result<ProviderMetadata, OIDCError> {
        defer { metadataFetch = nil }
        do throws(OIDCError) {
            let response = try await send(.get(.discovery, ProviderMetadata.url(of: settings.issuer)))
            let document = try ProviderMetadata(response, configured: settings.issuer)
            metadata.store(document, now: clock.instant())
            return .success(document)
        } catch {
            return .failure(error)
        }
    }

    private func currentKeys(_ metadata: ProviderMetadata) async throws(OIDCError) -> WebKeySet {
        if case .use(let document) = keys.need(now: clock.instant()) { return document }
        do throws(OIDCError) {
            return try await fetchedKeys(metadata)
        } catch {
            if let old = keys.document { return old }
            throw error
        }
    }

    /// A newer set than the one that disappointed; nil if it was fetched just now.
    private func newerKeys(_ metadata: ProviderMetadata) async throws(OIDCError) -> WebKeySet? {
        if keysFetch == nil, case .tooSoon = keys.needNewer(now: clock.instant()) { return nil }
        return try await fetchedKeys(metadata)
    }

    private func fetchedKeys(_ metadata: ProviderMetadata) async throws(OIDCError) -> WebKeySet {
        if let fetch = keysFetch { return try await fetch.value.get() }
        keys.begin(now: clock.instant())
        let fetch = Task { await self.fetchKeys(metadata.keysURL) }
        keysFetch = fetch
        return try await fetch.value.get()
    }

    private func fetchKeys(_ url: String) async -> Result<WebKeySet, OIDCError> {
        defer { keysFetch = nil }
        do throws(OIDCError) {
            let set = try WebKeySet(try await send(.get(.keys, url)))
            keys.store(set, now: clock.instant())
            publicKeys = [:]
            return .success(set)
        } catch {
            return .failure(error)
        }
    }

    // MARK: Signatures

    /// UserInfo's answer as JSON: one that is a signed JWT has to be the provider's, and for us (OpenID Connect Core
    /// section 5.3.2).
    private func verified(
        _ response: ProviderResponse, _ metadata: ProviderMetadata
    ) async throws(OIDCError) -> ProviderResponse {
        guard let text = response.compactJWT else { return response }
        do throws(OIDCError) {
            let token = try IDToken(text, algorithms: settings.algorithms)
            try await checkSignature(of: token, metadata)
            let claims = token.claims
            if let issuer = claims["iss"], issuer.text != metadata.issuer { throw .idToken(.issuer) }
            if let audience = claims["aud"], audience.texts?.contains(settings.clientID) != true {
                throw .idToken(.audience)
            }
            let end = clock.seconds() - settings.clockSkew
            if let expiry = claims["exp"], expiry.seconds.map({ $0 <= end }) ?? true { throw .idToken(.expired) }
            return ProviderResponse(status: response.status, body: token.payload)
        } catch .idToken(let fault) {
            throw .malformed(.userInfo, reason: "a signed answer that does not hold: \(fault)")
        }
    }

    /// By the set at hand; where that has no key for it, or its key does not verify (a provider may have changed the
    /// key under the same name), once more by a newer set.
    private func checkSignature(of token: IDToken, _ metadata: ProviderMetadata) async throws(OIDCError) {
        let set = try await currentKeys(metadata)
        let fault: IDTokenFault
        switch signatureFault(of: token, set) {
        case nil: return
        case .ambiguousKey: throw .idToken(.ambiguousKey)
        case let found?: fault = found
        }
        guard let newer = try await newerKeys(metadata), newer != set else { throw .idToken(fault) }
        if let fault = signatureFault(of: token, newer) { throw .idToken(fault) }
    }

    /// Verifies the token's signature; returns `nil` if it holds.
    private func signatureFault(of token: IDToken, _ set: WebKeySet) -> IDTokenFault? {
        switch set.key(for: token.keyID, token.algorithm) {
        case .none: return .unknownKey
        case .several: return .ambiguousKey
        case .key(let key):
            guard case .success(let publicKey) = publicKey(key) else { return .unusableKey }
            let holds = publicKey.verify(
                token.signature, of: token.input, algorithm: token.algorithm.verification)
            return holds ? nil : .signature
        }
    }

    private func publicKey(_ key: WebKey) -> Result<PublicKey, PublicKey.Fault> {
        if let made = publicKeys[key] { return made }
        let made = Result { () throws(PublicKey.Fault) in try key.publicKey() }
        publicKeys[key] = made
        return made
    }

    private func send(_ request: ProviderRequest) async throws(OIDCError) -> ProviderResponse {
        do throws(ProviderUnreachable) {
            return try await transport.send(request)
        } catch {
            throw .unreachable(request.endpoint, reason: error.reason)
        }
    }
}

/// When a document of the provider's is fetched: when there is none, when it is old, and when somebody has reason to
/// think that it changed; but after a fetch, good or bad, not again for a while. Without I/O; times are passed in.
struct ProviderDocument<Document: Sendable>: Sendable {
    /// The next step.
    enum Need {
        /// This one will do.
        case use(Document)
        /// Fetch it.
        case fetch
        /// It was fetched just now in vain, or brought nothing new.
        case tooSoon
    }

    let maxAge: Duration
    let interval: Duration
    private(set) var document: Document?
    private var fetchedAt: ContinuousClock.Instant?
    private var triedAt: ContinuousClock.Instant?

    init(maxAge: Duration, interval: Duration) {
        self.maxAge = maxAge
        self.interval = interval
    }

    /// Somebody needs the document. One that is old is still good while a newer one cannot be had.
    func need(now: ContinuousClock.Instant) -> Need {
        let mayFetch = mayFetch(now: now)
        guard let document, let fetchedAt else { return .fetch }
        return fetchedAt + maxAge <= now && mayFetch ? .fetch : .use(document)
    }

    /// Somebody missed something in it, or found it wrong.
    func needNewer(now: ContinuousClock.Instant) -> Need {
        mayFetch(now: now) ? .fetch : .tooSoon
    }

    /// A fetch begins.
    mutating func begin(now: ContinuousClock.Instant) {
        triedAt = now
    }

    /// It brought this.
    mutating func store(_ document: Document, now: ContinuousClock.Instant) {
        self.document = document
        fetchedAt = now
    }

    private func mayFetch(now: ContinuousClock.Instant) -> Bool {
        triedAt.map { $0 + interval <= now } ?? true
    }
}

/// The source of the time: passed in, so that tests turn it.
public struct OIDCClock: Sendable {
    /// Seconds since 1970, for what tokens say.
    public let seconds: @Sendable () -> Int64
    /// For the age of documents.
    public let instant: @Sendable () -> ContinuousClock.Instant

    /// A clock of one's own.
    public init(
        seconds: @escaping @Sendable () -> Int64, instant: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.seconds = seconds
        self.instant = instant
    }

    /// The machine's.
    public static let system = OIDCClock(seconds: { Int64(time(nil)) }, instant: { .now })
}
