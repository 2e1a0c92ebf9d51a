internal import Cryptography
import Encodings

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
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// HMAC with SHA-256 (RFC 2104).
        case hmacSHA256 = "hmac-sha256"
        /// HMAC with SHA-384.
        case hmacSHA384 = "hmac-sha384"
        /// HMAC with SHA-512.
        case hmacSHA512 = "hmac-sha512"
    }

    /// The encoding of the code.
    public enum Encoding: String, Sendable, Hashable, CaseIterable {
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

/// The outcome of verifying that a request's sender has the token's secret.
public enum Verification: Sendable, Hashable {
    /// It does, by the secret at that index.
    case verified(index: Int)
    /// There is no proof in it.
    case missing
    /// The proof is wrong, of another algorithm, doubled, or too old.
    case mismatch
}

extension SignatureScheme {
    /// Signatures of a list that are looked at.
    private static let maxListed = 16

    /// Makes a secret ready for ``verify(_:body:at:secrets:)``.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        PreparedSecret(signingKey: try algorithm.key(try secretEncoding.key(of: secret)))
    }

    /// Returns a Boolean value that indicates whether the signature in the headers is one of `body` by one of the
    /// secrets, which are tried in turn.
    ///
    /// - Parameters:
    ///   - headers: The request's.
    ///   - body: The bytes that the service signs as the body.
    ///   - now: Seconds since 1970, to hold a signed timestamp against.
    ///   - secrets: The current secret and, during a rotation, the previous one.
    public func verify(
        _ headers: any WebhookHeaders, body: ArraySlice<UInt8>, at now: Int64, secrets: [PreparedSecret]
    ) -> Verification {
        guard let found = headers.find(header) else { return .missing }
        // A proof stands alone: even where two are alike, one of them was put there by somebody else.
        guard headers.count(of: header) == 1, let segments = signedSegments(headers, body: body, now: now) else {
            return .mismatch
        }
        let codes = listedCodes(in: found.value)
        guard !codes.isEmpty else { return .mismatch }
        for (index, secret) in secrets.enumerated() {
            guard let key = secret.signingKey else { continue }
            let expected = key.authenticationCode(for: segments)
            if codes.contains(where: { constantTimeEqual($0, expected) }) {
                return .verified(index: index)
            }
        }
        return .mismatch
    }

    /// The codes in the header that can be right: of this version, well written and of the right length.
    private func listedCodes(in value: ArraySlice<UInt8>) -> [[UInt8]] {
        guard let listSeparator, let separator = listSeparator.asciiValue else {
            return code(in: value).map { [$0] } ?? []
        }
        return value.split(separator: separator, maxSplits: Self.maxListed).prefix(Self.maxListed)
            .compactMap { code(in: $0) }
    }

    private func code(in text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.starts(with: prefix.utf8) else { return nil }
        let digits = text.dropFirst(prefix.utf8.count)
        let code =
            switch encoding {
            case .hex: Hex.decode(digits)
            case .base64: Base64.decode(digits)
            }
        guard let code, code.count == algorithm.codeCount else { return nil }
        return code
    }

    /// Returns the signed bytes, piece by piece; `nil` if a piece is missing, doubled or ambiguous, or the time is
    /// wrong.
    private func signedSegments(
        _ headers: any WebhookHeaders, body: ArraySlice<UInt8>, now: Int64
    ) -> [ArraySlice<UInt8>]? {
        var seconds: ArraySlice<UInt8> = []
        if let timestamp {
            guard let text = timestamp.seconds(in: headers, at: now) else { return nil }
            seconds = text
        }
        var segments: [ArraySlice<UInt8>] = []
        segments.reserveCapacity(parts.count)
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let text):
                segments.append(Array(text.utf8)[...])
            case .header(let name):
                guard let value = try? headers.single(name), !isAmbiguous(value, before: index + 1) else { return nil }
                segments.append(value)
            case .timestamp:
                segments.append(seconds)
            case .body:
                segments.append(body)
            }
        }
        return segments
    }

    /// Returns a Boolean value that indicates whether the text after the value begins before the value's end, so that
    /// another value with another rest would read the same. Of the two together: `x` before `--` is clear, `x-` is not.
    private func isAmbiguous(_ value: ArraySlice<UInt8>, before index: Int) -> Bool {
        guard index < parts.count, case .literal(let text) = parts[index] else { return false }
        let literal = Array(text.utf8)
        let both = Array(value) + literal
        return (0..<value.count).contains { both[$0...].starts(with: literal) }
    }
}

extension SignatureScheme.Timestamp {
    /// The whole units in the header, as they stand there; `nil` if it is missing, no number, or too far from now.
    func seconds(in headers: any WebhookHeaders, at now: Int64) -> ArraySlice<UInt8>? {
        guard let value = try? headers.single(header) else { return nil }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let whole = value.prefix(while: isDigit)
        let fraction = value[whole.endIndex...]
        guard (1...15).contains(whole.count) else { return nil }
        if !fraction.isEmpty {
            guard allowsFraction, fraction.first == UInt8(ascii: "."), fraction.dropFirst().allSatisfy(isDigit) else {
                return nil
            }
        }
        let units = whole.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        // Fifteen digits, a clock and a thousand: no overflow.
        return abs(units - now * unitsPerSecond) <= tolerance * unitsPerSecond ? whole : nil
    }
}

extension SignatureScheme {
    /// The signature of a body, as the header that services send: for examples.
    ///
    /// - Parameters:
    ///   - headers: The other headers, their names in lower case: those of the signed parts, and the timestamp.
    /// - Returns: The header's name in lower case, and its value.
    public func sign(
        _ body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        let key = try algorithm.key(try secretEncoding.key(of: secret))
        let segments = parts.map { part -> ArraySlice<UInt8> in
            switch part {
            case .literal(let text): Array(text.utf8)[...]
            case .header(let name): Array((headers[name] ?? "").utf8)[...]
            case .timestamp: Array((timestamp.flatMap { headers[$0.header] } ?? "").utf8.prefix { $0 != 0x2E })[...]
            case .body: body[...]
            }
        }
        let code = key.authenticationCode(for: segments)
        let text =
            switch encoding {
            case .hex: Hex.encode(code)
            case .base64: Base64.encode(code)
            }
        return [header: prefix + text]
    }
}
