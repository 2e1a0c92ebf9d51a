import HTTPServer
import WebPages

/// `GET /assets/<name>`: the style, the script and the drawings. Their names change with their content.
struct AssetHandler: HTTPHandler {
    let catalog: AssetCatalog
    let isSecure: Bool

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let name = exchange.pathParameters["name"].map { String(decoding: $0, as: UTF8.self) } ?? ""
        var headers = SecurityHeaders.fields(isSecure: isSecure)
        guard let asset = catalog.asset(named: name) else {
            return .text(.notFound, "File not found.\n", headers: headers + [SecurityHeaders.noStore])
        }
        headers.append(SecurityHeaders.immutable)
        return ServerResponse(.ok, contentType: asset.contentType, headers: headers, body: asset.bytes)
    }
}
