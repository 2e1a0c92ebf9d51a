import EventLoop
import HTTPClient
import Logging
import OIDC

/// Sends requests to the provider with the HTTP client.
struct HTTPClientTransport: ProviderTransport {
    let client: HTTPClient

    func send(_ request: ProviderRequest) async throws(ProviderUnreachable) -> ProviderResponse {
        let fields = request.fields.map { ClientField($0.name, $0.value) }
        let outgoing: ClientRequest =
            if let body = request.body {
                .post(request.url, fields: fields, body: body)
            } else {
                .get(request.url, fields: fields)
            }
        do throws(HTTPClientError) {
            let answer = try await client.send(outgoing)
            return ProviderResponse(status: answer.status, body: answer.body)
        } catch {
            throw ProviderUnreachable(reason: "\(error)")
        }
    }
}

/// A provider that can be asked again who somebody is.
protocol SessionRefresher: Sendable {
    func refresh(subject: String, _ credentials: Credentials) async -> RefreshOutcome
}

extension RelyingParty: SessionRefresher {}

/// Revokes the grants of ended sessions at the provider: best effort, a bounded number at once, and whoever
/// logs out waits for it only so long.
struct GrantRevocation: Sendable {
    /// The maximum number under way; the provider is not told of further ones.
    private static let maximum = 32

    let party: RelyingParty
    let logger: Logger
    /// The time that a logout waits for the provider.
    var patience = Duration.seconds(2)
    private let underWay = Locked(0)

    init(party: RelyingParty, logger: Logger) {
        self.party = party
        self.logger = logger
    }

    /// Revokes the grants, and returns when the provider answered or patience ran out; then it goes on by itself.
    func revoke(_ all: [Credentials]) async {
        let admitted = underWay.withLock { count in
            let admitted = min(all.count, max(0, Self.maximum - count))
            count += admitted
            return admitted
        }
        if admitted < all.count {
            logger.throttled(.notice, "some grants are not revoked", metadata: ["count": "\(all.count - admitted)"])
        }
        guard admitted > 0 else { return }
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let patience = patience
        let timer = Task {
            try? await Task.sleep(for: patience)
            end.finish()
        }
        // Its own task: it goes on when the request that began it was answered.
        let given = all.prefix(admitted)
        Task {
            for credentials in given {
                await revoke(credentials)
                underWay.withLock { $0 -= 1 }
            }
            end.finish()
        }
        for await _ in ends {}
        timer.cancel()
    }

    private func revoke(_ credentials: Credentials) async {
        do throws(OIDCError) {
            _ = try await party.revoke(credentials)
        } catch {
            logger.throttled(.notice, "a grant is not revoked", metadata: ["error": "\(error)"])
        }
    }
}
