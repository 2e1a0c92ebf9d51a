internal import Cryptography
import Encodings

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
