/// A request to another server: GET, or POST where it has a body.
public struct ClientRequest: Sendable {
    /// An absolute `http://` or `https://` URL, percent-encoded.
    public var url: String
    /// Further header fields.
    public var fields: [ClientField]
    /// The body; `nil` makes it a GET.
    public var body: [UInt8]?
    /// Bytes that the answer's body may have; the client's own limit where nil.
    public var maxBodyBytes: Int?

    /// A GET.
    public static func get(_ url: String, fields: [ClientField] = []) -> ClientRequest {
        ClientRequest(url: url, fields: fields, body: nil)
    }

    /// A POST.
    public static func post(_ url: String, fields: [ClientField] = [], body: [UInt8]) -> ClientRequest {
        ClientRequest(url: url, fields: fields, body: body)
    }

    private init(url: String, fields: [ClientField], body: [UInt8]?) {
        self.url = url
        self.fields = fields
        self.body = body
    }

    /// The fault of the request; `nil` if it has none.
    var fault: String? {
        let scheme = url.prefix(8).lowercased()
        guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://") else {
            return "the URL is neither http:// nor https://"
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "the URL is not percent-encoded" }
        guard fields.allSatisfy(\.isSound) else { return "a header field has a byte that no field may have" }
        return nil
    }

    /// The URL's host, for messages; never its user, path or query.
    var host: String {
        guard let mark = url.firstRange(of: "://") else { return "" }
        let authority = url[mark.upperBound...].prefix { !"/?#".contains($0) }
        let start = authority.lastIndex(of: "@").map(authority.index(after:)) ?? authority.startIndex
        return String(authority[start...].prefix(255))
    }
}
