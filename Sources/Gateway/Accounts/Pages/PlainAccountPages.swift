/// The login's pages in plain HTML, without style.
struct PlainAccountPages: AccountPageRenderer {
    func document(_ page: AccountPage, _ context: SessionContext) -> [UInt8] {
        switch page {
        case .loginFailed(let failure):
            let retry = failure.retry.map { "<p><a href=\"\(Self.escaped($0))\">Try again</a></p>" } ?? ""
            return document(
                failure.title, context,
                "<p>\(failure.explanation)</p><p>\(failure.advice)</p>\(retry)<p>Request: \(failure.requestID)</p>")
        case .developmentLogin(let next, let problem):
            return document("Development login", context, Self.form(next, problem))
        case .loginNotConfigured:
            return document(
                "Nobody can log in here",
                context, "<p>This server has no login service: its administrators have to set it up ([oidc]).</p>")
        case .loggedOut(let providerLogout):
            let further = providerLogout.map {
                "<p><a href=\"\(Self.escaped($0))\">Log out of the login service, too</a></p>"
            }
            return document(
                "You are logged out", context, "\(further ?? "")<p><a href=\"/login\">Log in again</a></p>")
        case .forbidden(let reason):
            return document("This was not done", context, "<p>\(Self.escaped(reason))</p>")
        }
    }

    private static func form(_ next: ReturnAddress, _ problem: String?) -> String {
        """
        \(problem.map { "<p role=\"alert\">\(escaped($0))</p>" } ?? "")
        <form method="post" action="\(AccountPaths.development)">
        <input type="hidden" name="next" value="\(escaped(next.path))">
        <p><label>Account <input name="account" required autofocus autocomplete="username" maxlength="64"></label></p>
        <p><label>Groups, separated by commas <input name="groups" maxlength="1000"></label></p>
        <p><button type="submit">Log in</button></p>
        </form>
        """
    }

    private func document(_ title: String, _ context: SessionContext, _ body: String) -> [UInt8] {
        let banner =
            context.isDevelopmentLogin
            ? "<p><strong>Development login: anybody on this machine can be anyone.</strong></p>" : ""
        return Array(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(Self.escaped(title))</title></head>
            <body>\(banner)<main><h1>\(Self.escaped(title))</h1>\(body)</main></body>
            </html>

            """.utf8)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
