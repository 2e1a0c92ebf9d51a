/// Writes answers: head and body one after the other, for one write (RFC 9112 section 4).
struct ResponseEncoder {
    /// The facts, besides the response, that its head depends on.
    struct Context {
        var date: [UInt8]
        var requestID: RequestID
        var isHead = false
        var version = HTTPVersion.http1_1
        var keepAlive = true
    }

    /// `100 Continue` (RFC 9110 section 15.2.1).
    static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private static let ownFields: Set<String> = [
        "content-length", "transfer-encoding", "connection", "date", "x-request-id", "content-type", "keep-alive",
        "upgrade", "trailer", "te",
    ]

    /// Appends the answer to `bytes`.
    static func append(_ response: ServerResponse, _ context: Context, to bytes: inout [UInt8]) {
        let sendsBody = !context.isHead && !response.status.forbidsBody
        append("HTTP/1.1 ", to: &bytes)
        append(Int(response.status.code), to: &bytes)
        bytes.append(ASCII.space)
        append(response.status.reason, to: &bytes)
        append("\r\n", to: &bytes)
        bytes.append(contentsOf: context.date)
        if !response.status.forbidsBody {
            if !response.contentType.isEmpty { append(name: "Content-Type", response.contentType, to: &bytes) }
            append("Content-Length: ", to: &bytes)
            append(response.body.count, to: &bytes)
            append("\r\n", to: &bytes)
        }
        append("X-Request-Id: ", to: &bytes)
        context.requestID.append(to: &bytes)
        append("\r\n", to: &bytes)
        for field in response.headers where isOurs(field) { append(name: field.name, field.value, to: &bytes) }
        if !context.keepAlive {
            append("Connection: close\r\n", to: &bytes)
        } else if context.version == .http1_0 {
            append("Connection: keep-alive\r\n", to: &bytes)
        }
        append("\r\n", to: &bytes)
        if sendsBody { bytes.append(contentsOf: response.body) }
    }

    private static func isOurs(_ field: ServerResponse.Field) -> Bool {
        !field.name.isEmpty && field.name.utf8.allSatisfy(ASCII.isToken) && !ownFields.contains(field.name.lowercased())
    }

    private static func append(name: String, _ value: String, to bytes: inout [UInt8]) {
        var (name, value) = (name, value)
        name.withUTF8 { bytes.append(contentsOf: $0) }
        append(": ", to: &bytes)
        value.withUTF8 { for byte in $0 { bytes.append(ASCII.isFieldValue(byte) ? byte : ASCII.space) } }
        append("\r\n", to: &bytes)
    }

    private static func append(_ string: StaticString, to bytes: inout [UInt8]) {
        string.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(0x30 + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
