import Encodings

/// The readiness of the server, part by part, for `GET /readyz`.
struct Readiness: Sendable {
    /// One thing that the server needs.
    struct Part: Sendable {
        let name: String
        let isReady: Bool
        /// The fault or the state; holds no secret.
        let detail: String
    }

    let parts: [Part]

    var isReady: Bool { parts.allSatisfy(\.isReady) }

    /// `{"ready": …, "parts": {"broker": {"ready": …, "detail": …}, …}}`
    var json: [UInt8] {
        let members = parts.map { part in
            "\(JSONText.quoted(part.name)): {\"ready\": \(part.isReady), \"detail\": \(JSONText.quoted(part.detail))}"
        }
        return Array("{\"ready\": \(isReady), \"parts\": {\(members.joined(separator: ", "))}}\n".utf8)
    }

    /// The answer for everybody: `{"status": "ok"}` or `{"status": "not ready"}`.
    var word: [UInt8] { Array("{\"status\": \"\(isReady ? "ok" : "not ready")\"}\n".utf8) }
}
