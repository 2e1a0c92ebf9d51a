import Cryptography
import Encodings
import WebhookServices

/// The HTML of ``AddressPage``: one file without script, picture or anything from elsewhere.
enum AddressPageTemplate {
    /// Nothing but the style that is in the page, which is told by its hash.
    static let policy =
        "default-src 'none'; style-src 'sha256-\(Base64.encode(SHA256.digest(Array(style.utf8)[...])))'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static func page(service: any WebhookService, home: String, takesBare: Bool) -> [UInt8] {
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
