import Database
import Encodings
import FoundationEssentials
import WebPages
import WebhookServices

/// A test event of a service as a command for people to run.
struct TestCommand: Sendable {
    /// The command, `curl …`, in parts: those that hold the secret, and the others.
    let parts: [(text: String, isSecret: Bool)]
    /// What to know of it.
    let note: String?

    /// - Parameter sender: Whose account the event names.
    /// - Returns: `nil` if the secret cannot sign.
    init?(
        _ service: any WebhookService, token: Token, url: String, secret: String, sender: String,
        now: UnixTime = .now()
    ) {
        let id = UUID().uuidString.lowercased()
        let example = service.exampleHeaders(event: nil) ?? [:]
        var headers = example.mapValues { value in
            switch value {
            case ExampleValue.uuid: id
            case ExampleValue.time: String(now.milliseconds / 1000)
            default: value
            }
        }
        let body = service.examplePayload(repository: Self.repository(of: token), sender: sender, id: id)
        guard let proof = try? service.exampleProof(of: Array(body.utf8), headers: headers, secret: Array(secret.utf8))
        else { return nil }
        headers.merge(proof) { $1 }
        headers["content-type"] = "application/json"
        var parts = [(text: "curl --data-binary \(ShellText.quoted(body))", isSecret: false)]
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            // Not a signature, but the secret itself.
            let isSecret = service.proof == .sharedSecret && proof[name] != nil
            parts.append((" \\\n  --header '\(name): ", false))
            parts.append((String(ShellText.quoted(value).dropFirst().dropLast()), isSecret))
            parts.append(("'", false))
        }
        parts.append((" \\\n  \(ShellText.quoted(url))", false))
        self.parts = parts
        let isTimed = example.contains { $0.value == ExampleValue.time }
        note = isTimed ? "The signature is valid for five minutes." : nil
    }

    /// One that the token is for.
    static func repository(of token: Token) -> String {
        token.scope.map { $0.text.contains("/") ? $0.text : $0.text + "/test" } ?? "example/test"
    }
}
