import Cryptography
import Encodings

/// A signed request as it goes out, with a place for the delivery's id: what changes from one webhook to the next.
struct WebhookTemplate: Sendable {
    /// Head and body.
    private(set) var bytes: [UInt8]
    private let deliveryOffset: Int

    /// - Throws: `CryptographyError` for an empty secret.
    init(target: Target, body: [UInt8], secret: [UInt8]) throws {
        let signature = try HMACSHA256Key(secret).authenticationCode(for: body[...])
        let deliveryName = "x-github-delivery: "
        let firstLines = """
            POST \(target.path) HTTP/1.1\r
            host: \(target.authority)\r
            user-agent: GitHub-Hookshot/webhook2fedmsg-bench\r
            content-length: \(body.count)\r
            accept: */*\r
            content-type: application/json\r
            \(deliveryName)
            """
        let lastLines = """
            \r
            x-github-event: push\r
            x-github-hook-id: 109948940\r
            x-github-hook-installation-target-id: 186853002\r
            x-github-hook-installation-target-type: repository\r
            x-hub-signature: sha1=\(Hex.encode(Self.hmacSHA1(of: body, key: secret)))\r
            x-hub-signature-256: sha256=\(Hex.encode(signature))\r
            \r

            """
        bytes = Array(firstLines.utf8)
        deliveryOffset = bytes.count
        bytes += [UInt8](repeating: 0x30, count: DeliveryID.count)
        bytes += lastLines.utf8
        bytes += body
    }

    /// Puts the delivery's id in its place.
    mutating func address(_ delivery: DeliveryID) {
        delivery.write(to: &bytes, at: deliveryOffset)
    }

    /// RFC 2104 with SHA-1: GitHub still sends it, and nobody should check it.
    static func hmacSHA1(of body: [UInt8], key: [UInt8]) -> [UInt8] {
        var block = key.count > 64 ? SHA1.digest(key[...]) : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        let inner = SHA1.digest((block.map { $0 ^ 0x36 } + body)[...])
        return SHA1.digest((block.map { $0 ^ 0x5c } + inner)[...])
    }
}
