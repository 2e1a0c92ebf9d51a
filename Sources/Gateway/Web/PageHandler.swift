import HTTPServer
import Logging
import WebPages

/// Answers one address with a page: finds out who asks, checks the form, runs the page's code, and puts around its
/// answer what all pages have.
struct PageHandler: HTTPHandler {
    /// The people who may use the page.
    enum Access: Sendable {
        /// Anybody.
        case everyone
        /// Whoever is logged in; others are led to the login, and back.
        case people
        /// The same, for programs: others get 401.
        case script
    }

    let site: WebSite
    let access: Access
    /// The names in the route's pattern.
    let names: [String]
    let logger: Logger
    let run: @Sendable (PageRequest) async throws(PageFailure) -> PageAnswer

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        var request = PageRequest(path: exchange.head.path, requestID: exchange.requestID.description)
        request.query = QueryItems(exchange.head.query ?? [])
        var fields: [ServerResponse.Field] = []
        var response: ServerResponse
        do throws(PageFailure) {
            let visit = try await site.accounts.visit(exchange)
            fields = visit.fields
            request.visitor = visit.visitor
            response = try await answer(exchange, visit, &request)
        } catch {
            // Capital letters and the like are the visitor's typing: `/tokens/New` is no token.
            if case .notFound = error, [.get, .head].contains(exchange.head.method),
                let redirection = exchange.redirectionToIntendedPath()
            {
                return redirection
            }
            let typed = exchange.head.method == .post ? await site.accounts.typed(in: exchange) : nil
            if exchange.head.method == .post { request.formPage = Draft.page(of: request.path, typed) }
            response = failure(error, request, typed)
        }
        response.headers += fields
        return response
    }

    /// A page that says why nothing is done. Whatever the request holds is not looked at.
    func refusal(of exchange: HTTPExchange, _ reason: PageFailure) async -> ServerResponse {
        var request = PageRequest(path: exchange.head.path, requestID: exchange.requestID.description)
        var fields: [ServerResponse.Field] = []
        if let visit = try? await site.accounts.visit(exchange) {
            fields = visit.fields
            request.visitor = visit.visitor
        }
        var response = failure(reason, request)
        response.headers += fields
        return response
    }

    private func answer(
        _ exchange: HTTPExchange, _ visit: PageVisit, _ request: inout PageRequest
    ) async throws(PageFailure) -> ServerResponse {
        let changes = exchange.head.method == .post
        if request.visitor == nil {
            switch access {
            case .everyone: break
            case .script: throw .http(HTTPError(.unauthorized, code: "logged_out", message: "You’re logged out."))
            case .people:
                if changes { throw .login }
                return secured(site.accounts.login(from: exchange, isFresh: false))
            }
        }
        var fields: FormFields?
        if changes {
            let form = try await site.accounts.form(of: exchange, in: visit)
            request.form = { form[$0] }
            fields = form
        }
        let accounts = site.accounts
        var notes: [SealedNote: [UInt8]] = [:]
        for note in SealedNote.allCases { notes[note] = accounts.read(note, of: exchange) }
        let found = notes
        request.note = { found[$0] }
        if let draft = notes[.draft].flatMap({ Draft($0) }), draft.account == request.visitor?.account {
            request.draft = draft
        }
        for name in names {
            request.parameters[name] = exchange.pathParameters[name].map { String(decoding: $0, as: UTF8.self) }
        }
        let answer = try await act(on: request, fields)
        return try response(to: request, answer, exchange)
    }

    /// Does what is asked for; what a form asks for once, however often it is sent.
    private func act(on request: PageRequest, _ fields: FormFields?) async throws(PageFailure) -> PageAnswer {
        guard let visitor = request.visitor,
            let form = fields.flatMap({ FormUse($0, path: request.path, account: visitor.account) })
        else { return try await run(request) }
        let run = run
        return try await site.forms.once(form) { () async throws(PageFailure) in try await run(request) }
    }

    // MARK: The answer

    private func response(
        to request: PageRequest, _ answer: PageAnswer, _ exchange: HTTPExchange
    ) throws(PageFailure) -> ServerResponse {
        var response: ServerResponse
        var spent = answer.spent
        switch answer.body {
        case .page(let content, let section):
            let flash = answer.notice ?? request.note(.flash).flatMap(FlashText.decode)
            if request.note(.flash) != nil { spent.insert(.flash) }
            var frame = site.frame(for: request, section, flash: flash)
            frame.hasErrors = answer.hasErrors
            frame.isIndexed = answer.isIndexed
            response = page(content, frame, status: answer.status)
        case .redirect(let path):
            response = secured(ServerResponse(HTTPStatus(303), headers: [.init("Location", path)]))
        case .json(let bytes):
            response = secured(.json(HTTPStatus(answer.status), bytes))
        case .login:
            response = secured(site.accounts.login(from: exchange, isFresh: false))
        case .freshLogin:
            response = secured(site.accounts.login(from: exchange, isFresh: true))
        }
        if answer.isGoodbye { response.headers += site.accounts.goodbye(to: exchange) }
        for note in spent where answer.notes[note] == nil {
            response.headers.append(site.accounts.field(clearing: note))
        }
        for (note, bytes) in answer.notes {
            guard let field = site.accounts.field(setting: note, to: bytes) else {
                throw .http(
                    HTTPError(
                        .internalServerError, code: "no_randomness",
                        message: "The server can’t generate random numbers right now."))
            }
            response.headers.append(field)
        }
        return response
    }

    private func page(_ content: any PageContent, _ frame: PageFrame, status: Int) -> ServerResponse {
        do {
            let bytes = try site.renderer.render(content, in: frame)
            return secured(
                ServerResponse(
                    HTTPStatus(status), contentType: "text/html; charset=utf-8", body: bytes))
        } catch {
            logger.throttled(.error, "a page cannot be made", metadata: ["error": "\(error)"])
            return secured(.text(.internalServerError, "This page can’t be shown because of an internal error.\n"))
        }
    }

    /// - Parameter typed: What a form held that comes to nothing.
    func failure(_ failure: PageFailure, _ request: PageRequest, _ typed: FormFields? = nil) -> ServerResponse {
        if case .service(.unavailable(let reason)) = failure {
            logger.throttled(
                .warning, "a page needs the database",
                metadata: ["reason": "\(reason)", "path": "\(LoggedPath.of(request.path))"])
        }
        if access == .script {
            let error =
                if case .http(let error) = failure { error } else {
                    HTTPError(
                        HTTPStatus(ErrorPages.page(for: failure, request).status), code: "unavailable",
                        message: "Not available.")
                }
            return secured(.error(error, format: .json))
        }
        let draft = typed.flatMap { Draft($0, path: request.path) }
        let kept = draft?.encoded.flatMap { site.accounts.field(setting: .draft, to: $0) }
        if case .forged = failure, let kept, let way = request.formPage, let visitor = request.visitor,
            visitor.account == draft?.account
        {
            // The same person logged in anew since the page was made: its form again, with what was typed.
            return secured(ServerResponse(HTTPStatus(303), headers: [.init("Location", way), kept]))
        }
        var (content, status) = ErrorPages.page(for: failure, request, isKept: kept != nil)
        if status == 503, let typed, let retry = FollowUpForm(typed, path: request.path) {
            content.followUp = retry
            content.advice = ["What you typed is kept on this page. Try again in a minute."]
            content.ways = content.ways.map { PageLink(url: $0.url, text: $0.text) }
        }
        var isKept = false
        switch failure {
        case .login, .service(.forbidden(.staleLogin)): isKept = true
        case .http(let error) where error.code == FormLedgerError.sentBefore:
            isKept = true
        default: break
        }
        var response = page(content, site.frame(for: request, .other), status: status)
        if isKept, let kept { response.headers.append(kept) }
        if case .http(let error) = failure, let seconds = error.retryAfter {
            response.headers.append(.init("Retry-After", String(seconds)))
        }
        return response
    }

    private func secured(_ response: ServerResponse) -> ServerResponse {
        var response = response
        let known = Set(response.headers.map { $0.name.lowercased() })
        let fields = SecurityHeaders.fields(isSecure: site.settings.isSecure) + [SecurityHeaders.noStore]
        response.headers += fields.filter { !known.contains($0.name.lowercased()) }
        return response
    }
}
