internal import Cryptography
import Encodings

extension SignatureScheme {
    /// Signatures of a list that are looked at.
    static let maxListed = 16

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
