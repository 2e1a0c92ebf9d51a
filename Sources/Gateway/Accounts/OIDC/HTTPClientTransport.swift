import HTTPClient
import OIDC

/// Carries requests to the provider by the HTTP client.
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
