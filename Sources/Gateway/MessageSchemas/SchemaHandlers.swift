import Cryptography
import Encodings
import HTTPServer
import WebhookServices

/// `GET /schemas`: the list of all schemas that messages can have.
struct SchemaIndexHandler: HTTPHandler {
    private let document = StaticDocument(MessageSchemaIndex.json, contentType: "application/json")

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        exchange.answer(with: document)
    }
}

/// `GET /schemas/<name>`: one JSON Schema, as consumers in Python have it.
struct SchemaHandler: HTTPHandler {
    private let documents: [String: StaticDocument] = Dictionary(
        MessageSchemaDocument.all.map { ($0.name, StaticDocument($0.json, contentType: "application/schema+json")) },
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

/// An answer that stays the same as long as the program does, and that others may keep (RFC 9111).
struct StaticDocument: Sendable {
    /// The time that it is kept without asking.
    private static let cacheControl = "public, max-age=3600"

    private let body: [UInt8]
    private let contentType: String
    /// A strong validator (RFC 9110 section 8.8.3), with its quotes.
    let entityTag: String

    init(_ text: String, contentType: String) {
        body = Array(text.utf8)
        self.contentType = contentType
        entityTag = "\"\(Hex.encode(SHA256.digest(body).prefix(16)))\""
    }

    /// The answer to a GET with these conditions, in the order of RFC 9110 section 13.2.2: 412 where If-Match names other
    /// versions alone, 304 where If-None-Match names what the sender has already, else 200.
    ///
    /// - Returns: nil for 412.
    func answer(ifMatch: [ArraySlice<UInt8>], ifNoneMatch: [ArraySlice<UInt8>]) -> ServerResponse? {
        // Compared strongly: a weak tag, and what a proxy made of ours, name other bytes (section 13.1.1).
        guard ifMatch.isEmpty || Self.contains(ifMatch, where: { $0.elementsEqual(entityTag.utf8) }) else { return nil }
        let headers: [ServerResponse.Field] = [
            .init("ETag", entityTag), .init("Cache-Control", Self.cacheControl),
            .init("X-Content-Type-Options", "nosniff"),
        ]
        guard !Self.contains(ifNoneMatch, where: namesThis) else {
            return ServerResponse(HTTPStatus(304), headers: headers)
        }
        return ServerResponse(.ok, contentType: contentType, headers: headers, body: body)
    }

    /// The suffix that Apache writes into the tag of compressed bodies (mod_deflate, mod_brotli), and passes on as it
    /// comes back.
    private static let compressedSuffixes = ["-gzip", "-br"]

    /// Compared weakly (RFC 9110 section 13.1.2): compressed, it is the same document.
    private func namesThis(_ tag: ArraySlice<UInt8>) -> Bool {
        let tag = tag.starts(with: "W/".utf8) ? tag.dropFirst(2) : tag
        if tag.elementsEqual(entityTag.utf8) { return true }
        return Self.compressedSuffixes.contains { tag.elementsEqual("\(entityTag.dropLast())\($0)\"".utf8) }
    }

    /// Returns a Boolean value that indicates whether a list is `*`, or has such a tag. Our tags are hexadecimal
    /// digits, so a comma parts one from the next.
    private static func contains(
        _ values: [ArraySlice<UInt8>], where isMatch: (ArraySlice<UInt8>) -> Bool
    ) -> Bool {
        values.contains { value in
            value.split(separator: UInt8(ascii: ",")).contains { item in
                var tag = item.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
                while tag.last == UInt8(ascii: " ") || tag.last == UInt8(ascii: "\t") { tag.removeLast() }
                return tag.elementsEqual("*".utf8) || isMatch(tag)
            }
        }
    }
}

extension HTTPExchange {
    /// The document, or that it is none of those which If-Match asks for.
    func answer(with document: StaticDocument) -> ServerResponse {
        document.answer(ifMatch: head.values("If-Match"), ifNoneMatch: head.values("If-None-Match"))
            ?? refuse(
                HTTPError(
                    HTTPStatus(412), code: "precondition_failed",
                    message: "This is another version than those which If-Match names."))
    }
}
