import Cryptography
import Encodings
import HTTPServer
import WebhookServices

/// What somebody sees who opens a service's address in a browser: what it is for, and where to go. Made once; the same
/// bytes for every address of the service, so that it tells nothing of tokens.
struct AddressPage: Sendable {
    private let html: ServerResponse
    private let text: ServerResponse
    private let json: ServerResponse

    /// - Parameters:
    ///   - home: The server's own URL, without a slash at its end.
    ///   - takesBare: Whether webhooks are taken at `/<service>`, too.
    init(service: any WebhookService, home: String, takesBare: Bool) {
        let sentences = Self.sentences(service, home: home, takesBare: takesBare)
        var headers: [ServerResponse.Field] = [
            .init("Cache-Control", "public, max-age=300"), .init("Vary", "Accept"),
            .init("X-Content-Type-Options", "nosniff"), .init("Referrer-Policy", "no-referrer"),
        ]
        text = .text(.ok, sentences.joined(separator: "\n") + "\n", headers: headers)
        json = .json(
            .ok,
            Array(
                """
                {"service": \(JSONText.quoted(service.name)), "method": "POST", "home": \(JSONText.quoted("\(home)/")), \
                "message": \(JSONText.quoted(sentences.joined(separator: " ")))}

                """.utf8), headers: headers)
        headers += [
            .init("Content-Security-Policy", AddressPageTemplate.policy), .init("X-Frame-Options", "DENY"),
        ]
        html = ServerResponse(
            .ok, contentType: "text/html; charset=utf-8", headers: headers,
            body: AddressPageTemplate.page(service: service, home: home, takesBare: takesBare))
    }

    /// The page as this request's sender likes it.
    func response(to head: RequestHead) -> ServerResponse {
        guard ErrorFormat(for: head) == .text else { return json }
        return head.wantsHTML ? html : text
    }

    private static func sentences(_ service: any WebhookService, home: String, takesBare: Bool) -> [String] {
        let here = "\(service.title) sends webhooks here by POST. They are published as Fedora messages."
        let own =
            "Each token has its own URL, /\(service.name)/ followed by its ID. Enter it"
            + (service.secretOrigin == .nowhere ? "" : " and the token's secret")
            + " in the webhook's settings at \(service.title)."
        let bare = "Webhooks from repositories with a token are also accepted at /\(service.name)."
        let start = "To create a token, log in at \(home)/ ."
        return takesBare ? [here, own, bare, start] : [here, own, start]
    }
}
