import Cryptography
import HTTPServer

/// An answer that stays the same as long as the program does, and that others may keep (RFC 9111).
struct CachedDocument: Sendable {
    /// How long it is kept without asking.
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

    /// 200, or 304 where one of the values of If-None-Match names what the sender has already.
    func answer(ifNoneMatch: [ArraySlice<UInt8>]) -> ServerResponse {
        let headers: [ServerResponse.Field] = [
            .init("ETag", entityTag), .init("Cache-Control", Self.cacheControl),
            .init("X-Content-Type-Options", "nosniff"),
        ]
        guard !ifNoneMatch.contains(where: names) else { return ServerResponse(HTTPStatus(304), headers: headers) }
        return ServerResponse(.ok, contentType: contentType, headers: headers, body: body)
    }

    /// Compared weakly (RFC 9110 section 13.1.2). Our tags are hexadecimal digits, so a comma parts one from the next.
    private func names(_ value: ArraySlice<UInt8>) -> Bool {
        value.split(separator: UInt8(ascii: ",")).contains { item in
            var tag = item.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if tag.starts(with: "W/".utf8) { tag = tag.dropFirst(2) }
            while tag.last == UInt8(ascii: " ") || tag.last == UInt8(ascii: "\t") { tag.removeLast() }
            return tag.elementsEqual("*".utf8) || tag.elementsEqual(entityTag.utf8)
        }
    }
}
