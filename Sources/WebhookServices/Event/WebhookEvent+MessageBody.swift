import Encodings

extension WebhookEvent {
    /// The body of the message: the envelope around the payload's bytes, which are not touched.
    public func messageBody() -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(capacityNeeded)
        switch envelope {
        case .standard:
            appendPayloadAndHeaders(to: &body, names: ("{\"body\": ", ", \"headers\": "))
            body.append(contentsOf: ", \"agent\": ".utf8)
            if let agent {
                JSONText.append(agent, to: &body)
            } else {
                body.append(contentsOf: "null".utf8)
            }
        case .discourse:
            appendPayloadAndHeaders(to: &body, names: ("{\"webhook_body\": ", ", \"webhook_headers\": "))
        }
        body.append(UInt8(ascii: "}"))
        return body
    }

    private func appendPayloadAndHeaders(to body: inout [UInt8], names: (StaticString, StaticString)) {
        body.append(names.0)
        for piece in payload { body.append(contentsOf: piece) }
        body.append(names.1)
        var separator: StaticString = "{"
        for header in headers {
            body.append(separator)
            JSONText.append(header.name, to: &body)
            body.append(": ")
            JSONText.append(header.value, to: &body)
            separator = ", "
        }
        body.append(headers.isEmpty ? "{}" : "}")
    }

    /// Enough for everything unless there are many escapes.
    private var capacityNeeded: Int {
        let texts = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 }
        return payload.reduce(64 + texts + (agent?.utf8.count ?? 0)) { $0 + $1.count }
    }
}

extension Array where Element == UInt8 {
    fileprivate mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }
}
