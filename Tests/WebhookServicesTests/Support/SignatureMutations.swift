import Cryptography
import Testing
import WebhookServices

/// Checks that nothing but the right signature, in the right header, once, is taken; for a service whose header is
/// `sha256=<hex>` (or bare hex) of the body.
func checkSignature(
    of service: any WebhookService, header: String, prefix: String, headers: HeaderList, body: [UInt8]
) throws {
    let secrets = try service.prepared("the secret of this token")
    let code = try hexCode("the secret of this token", body)
    let signed = headers.setting(header, prefix + code)

    #expect(service.verify(request(signed, body), secrets: secrets).isVerified)
    #expect(
        service.verify(request(headers.setting(header, prefix + code.uppercased()), body), secrets: secrets).isVerified)

    for index in body.indices {
        var changed = body
        changed[index] ^= 1
        #expect(service.verify(request(signed, changed), secrets: secrets) == .mismatch)
    }
    #expect(service.verify(request(signed, body + [0x20]), secrets: secrets) == .mismatch)
    #expect(service.verify(request(signed, Array(body.dropLast())), secrets: secrets) == .mismatch)

    let value = Array((prefix + code).utf8)
    for index in value.indices {
        var changed = value
        changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        let text = String(decoding: changed, as: UTF8.self)
        #expect(service.verify(request(headers.setting(header, text), body), secrets: secrets) == .mismatch)
    }
    let wrong = [
        "", " ", prefix, prefix + String(code.dropLast()), prefix + String(code.dropLast(2)), prefix + code + "00",
        prefix + code + " ", prefix + String(repeating: "0", count: 64), prefix + String(repeating: "g", count: 64),
        "sha1=" + code, "md5=" + code, "sha512=" + code, "SHA256=" + code, "sha256:" + code, "=" + code,
        prefix + code + "," + prefix + code, prefix + prefix + code + "x",
    ]
    for text in wrong {
        #expect(service.verify(request(headers.setting(header, text), body), secrets: secrets) == .mismatch, "\(text)")
    }
    #expect(service.verify(request(headers.setting(header, nil), body), secrets: secrets) == .missing)
    // Doubled, be both right, or one.
    #expect(service.verify(request(signed.adding(header, prefix + code), body), secrets: secrets) == .mismatch)
    #expect(service.verify(request(signed.adding(header.lowercased(), "x"), body), secrets: secrets) == .mismatch)

    try checkSecrets(of: service, headers: signed, code: code, body: body)
}

private func checkSecrets(
    of service: any WebhookService, headers: HeaderList, code: String, body: [UInt8]
) throws {
    let right = "the secret of this token"
    let signed = request(headers, body)
    #expect(service.verify(signed, secrets: try service.prepared(right)) == .verified(index: 0))
    #expect(
        service.verify(signed, secrets: try service.prepared("another token's", right))
            == .verified(index: 1))
    #expect(
        service.verify(signed, secrets: try service.prepared(right, "the previous one"))
            == .verified(index: 0))
    #expect(service.verify(signed, secrets: try service.prepared("another token's")) == .mismatch)
    #expect(service.verify(signed, secrets: try service.prepared("the secret of this token ")) == .mismatch)
    #expect(service.verify(signed, secrets: []) == .mismatch)
    #expect(throws: SecretError.empty) { try service.prepare(secret: []) }
}
