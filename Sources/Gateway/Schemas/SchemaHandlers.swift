import HTTPServer
import WebhookServices

/// `GET /schemas`: the list of all schemas that messages can have.
struct SchemaIndexHandler: HTTPHandler {
    private let document = CachedDocument(MessageSchemaIndex.json, contentType: "application/json")

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        exchange.answer(with: document)
    }
}

/// `GET /schemas/<name>`: one JSON Schema, as consumers in Python have it.
struct SchemaHandler: HTTPHandler {
    private let documents: [String: CachedDocument] = Dictionary(
        MessageSchemaDocument.all.map { ($0.name, CachedDocument($0.json, contentType: "application/schema+json")) },
        uniquingKeysWith: { first, _ in first })

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let name = exchange.pathParameters["name"].map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let document = documents[name] else { return exchange.refuse(Self.refusal(name)) }
        return exchange.answer(with: document)
    }

    /// Only names that we know come back in it.
    static func refusal(_ name: String) -> HTTPError {
        guard PublishedSchemaPackage.schemas.contains(name) else {
            return HTTPError(
                .notFound, code: "no_such_schema", message: "There is no schema of this name; /schemas lists them.")
        }
        return HTTPError(
            .notFound, code: "schema_is_elsewhere",
            message: "\(name) is in the Python package \(PublishedSchemaPackage.name): \(PublishedSchemaPackage.url)")
    }
}
