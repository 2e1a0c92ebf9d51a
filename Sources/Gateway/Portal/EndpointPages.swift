import Cryptography
import Encodings
import HTTPServer
import WebhookServices

/// `GET /<service>` and `GET /<service>/<id>`: a page on what the address is for, or a webhook by GET where the service
/// sends such.
struct EndpointPageHandler: HTTPHandler {
    private let services: [(service: any WebhookService, page: EndpointPage)]
    private let deliveries: any HTTPHandler
    private let notFound: (any HTTPHandler)?

    /// - Parameters:
    ///   - deliveries: The handler of webhooks at the same address.
    ///   - notFound: The handler where there is no service of that name; without it, the response is an error.
    init(
        services: [(service: any WebhookService, page: EndpointPage)], deliveries: any HTTPHandler,
        notFound: (any HTTPHandler)? = nil
    ) {
        self.services = services
        self.deliveries = deliveries
        self.notFound = notFound
    }

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        guard let name = exchange.pathParameters.raw("service"),
            let (service, page) = services.first(where: { $0.service.name.utf8.elementsEqual(name) })
        else {
            if let redirection = redirection(of: exchange) { return redirection }
            if let notFound, exchange.head.wantsHTML { return await notFound.respond(to: exchange) }
            return exchange.refuse(.unknownWebhook)
        }
        // A HEAD never delivers anything.
        if exchange.head.method == .get, let query = exchange.head.query, service.isDelivery(query: query) {
            return await deliveries.respond(to: exchange)
        }
        return page.response(to: exchange.head)
    }

    /// Leads to the page that was meant: one of another route, or a service's whose name was typed with capital
    /// letters.
    private func redirection(of exchange: HTTPExchange) -> ServerResponse? {
        if let redirection = exchange.redirectionToIntendedPath() { return redirection }
        guard let name = exchange.pathParameters.raw("service") else { return nil }
        let lowercased = String(decoding: name, as: UTF8.self).lowercased()
        guard services.contains(where: { $0.service.name == lowercased }) else { return nil }
        let rest = exchange.head.pathBytes.drop { $0 == UInt8(ascii: "/") }.dropFirst(name.count)
        return exchange.redirection(to: Array("/\(lowercased)".utf8) + rest)
    }
}

/// The page at a service's address in a browser: what it is for, and where to go. Made once; the same bytes for every
/// address of the service, so that it tells nothing of tokens.
struct EndpointPage: Sendable {
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
            .init("Content-Security-Policy", Self.policy), .init("X-Frame-Options", "DENY"),
        ]
        html = ServerResponse(
            .ok, contentType: "text/html; charset=utf-8", headers: headers,
            body: Self.document(service: service, home: home, takesBare: takesBare))
    }

    /// Returns the page in the format that the request asks for.
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

    // MARK: HTML

    /// The content security policy: nothing but the style in the page, by its hash.
    private static let policy =
        "default-src 'none'; style-src 'sha256-\(Base64.encode(SHA256.digest(Array(style.utf8)[...])))'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// Returns the HTML: one file without scripts, images or anything from elsewhere.
    private static func document(service: any WebhookService, home: String, takesBare: Bool) -> [UInt8] {
        let title = HTMLText.escaped(service.title)
        let name = HTMLText.escaped(service.name)
        let bare =
            takesBare
            ? """
            <p>Webhooks from repositories with a token are also accepted at <code>/\(name)</code>.</p>

            """ : ""
        let secret = service.secretOrigin == .nowhere ? "" : " and its secret"
        let reference =
            service.setup.reference.map { address in
                """
                <p><a href="\(HTMLText.escaped(address))" rel="noreferrer">\(title)’s webhook documentation</a></p>

                """
            } ?? ""
        return Array(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>\(title) webhooks</title>
            <style>\(style)</style>
            </head>
            <body>
            <main>
            <h1>\(title) webhooks</h1>
            <p>\(title) sends webhooks to this address by <code>POST</code>. They are verified and published as Fedora
            messages. There is nothing else to see here in a browser.</p>
            <h2>Set up a webhook</h2>
            <ol>
            <li><a href="\(HTMLText.escaped(home))/">Log in with your Fedora account</a> and create a token for \(title).</li>
            <li>Copy its URL, <code>/\(name)/…</code>,\(secret) to the webhook’s settings at \(title).</li>
            <li>The token’s page shows when the first delivery arrives, and why deliveries are refused.</li>
            </ol>
            \(bare)\(reference)</main>
            </body>
            </html>

            """.utf8)
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1d2733;--paper:#fff;--soft:#f2f5f9;--link:#265a8f;--edge:#d5dde6}\
        @media(prefers-color-scheme:dark){:root{--ink:#e6ebf1;--paper:#14181d;--soft:#1f262e;--link:#8fc1f2;\
        --edge:#39444f}}\
        body{margin:0;background:var(--soft);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif}\
        main{max-width:38rem;margin:6vh auto;padding:2rem;background:var(--paper);border:1px solid var(--edge);\
        border-radius:.75rem}\
        h1{margin:0 0 1rem;font-size:1.6rem;line-height:1.25}h2{margin:1.75rem 0 .5rem;font-size:1.15rem}\
        code{padding:.1em .3em;background:var(--soft);border-radius:.25rem;font-size:.95em}\
        a{color:var(--link)}li{margin:.35rem 0}\
        @media(max-width:42rem){main{margin:0;min-height:100vh;box-sizing:border-box;border:0;border-radius:0}}
        """
}
