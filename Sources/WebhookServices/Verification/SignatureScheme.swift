/// The signature scheme of a service, as data. A service that signs by HMAC says so in a few lines and needs no code.
public struct SignatureScheme: Sendable, Hashable {
    /// A piece of what is signed.
    public enum Part: Sendable, Hashable {
        /// A fixed text. A header before it must not contain it, or the pieces could be cut otherwise.
        case literal(String)
        /// The value of a header (its name in lower case), which must stand exactly once and not be empty.
        case header(String)
        /// The whole seconds (or milliseconds) of the timestamp header, as they stand there.
        case timestamp
        /// The body.
        case body
    }

    /// The algorithm. The service has one; what a sender names cannot choose another.
    public enum Algorithm: Sendable, Hashable {
        /// HMAC with SHA-256 (RFC 2104).
        case hmacSHA256
        /// HMAC with SHA-384.
        case hmacSHA384
        /// HMAC with SHA-512.
        case hmacSHA512
    }

    /// The encoding of the code.
    public enum Encoding: Sendable, Hashable {
        /// Base 16, digits in either case.
        case hex
        /// Base 64, padded.
        case base64
    }

    /// When it was signed.
    public struct Timestamp: Sendable, Hashable {
        /// The header's name, in lower case.
        public var header: String
        /// Seconds that it may be away from our clock, either way.
        public var tolerance: Int64
        /// A Boolean value that indicates whether it may have a fraction, which is not signed (Weblate).
        public var allowsFraction: Bool
        /// Units in a second: 1, or 1,000 where it counts milliseconds.
        public var unitsPerSecond: Int64

        /// A timestamp since 1970.
        public init(
            header: String, tolerance: Int64 = 300, allowsFraction: Bool = false, unitsPerSecond: Int64 = 1
        ) {
            self.header = header
            self.tolerance = tolerance
            self.allowsFraction = allowsFraction
            self.unitsPerSecond = unitsPerSecond
        }
    }

    /// The header of the signature, its name in lower case.
    public let header: String
    /// The signed content.
    public let parts: [Part]
    /// The algorithm of the code.
    public let algorithm: Algorithm
    /// The encoding of the code.
    public let encoding: Encoding
    /// The prefix; a signature with something else there is of another algorithm or version.
    public let prefix: String
    /// The separator of several signatures in the header, of which one has to be right; `nil` if there is just one.
    public let listSeparator: Character?
    /// When it was signed, if the service says so.
    public let timestamp: Timestamp?
    /// The form in which the secret encodes the key.
    public let secretEncoding: SecretEncoding

    /// A scheme. What is left out is what most services do.
    public init(
        header: String,
        parts: [Part] = [.body],
        algorithm: Algorithm = .hmacSHA256,
        encoding: Encoding = .hex,
        prefix: String = "",
        listSeparator: Character? = nil,
        timestamp: Timestamp? = nil,
        secretEncoding: SecretEncoding = .plain
    ) {
        self.header = header
        self.parts = parts
        self.algorithm = algorithm
        self.encoding = encoding
        self.prefix = prefix
        self.listSeparator = listSeparator
        self.timestamp = timestamp
        self.secretEncoding = secretEncoding
    }

    /// GitHub's, which others took over: `X-Hub-Signature-256: sha256=<hex>` over the body.
    static let hub256 = SignatureScheme(header: "x-hub-signature-256", prefix: "sha256=")

    /// Standard Webhooks 1.0: `webhook-signature: v1,<base64> …` over `<webhook-id>.<webhook-timestamp>.<body>`, at
    /// most five minutes ago or ahead.
    public static let standardWebhooks = standardWebhooks(allowsFraction: false)

    /// Standard Webhooks, and whether its timestamp may have a fraction, which is not signed.
    static func standardWebhooks(allowsFraction: Bool) -> SignatureScheme {
        SignatureScheme(
            header: "webhook-signature",
            parts: [.header("webhook-id"), .literal("."), .timestamp, .literal("."), .body],
            encoding: .base64,
            prefix: "v1,",
            listSeparator: " ",
            timestamp: Timestamp(header: "webhook-timestamp", allowsFraction: allowsFraction),
            secretEncoding: .standardWebhooks)
    }
}
