import HTTPServer
import Logging
import WebPages

/// Answers one address with a page: finds the session, checks the form, runs the page's code, and adds what all
/// responses have.
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

    let portal: Portal
    let access: Access
    /// The names in the route's pattern.
    let names: [String]
    let run: @Sendable (PageRequest) async throws(PageFailure) -> PageResponse

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        var request = PageRequest(path: exchange.head.path, requestID: exchange.requestID.description)
        request.query = QueryItems(exchange.head.query ?? [])
        var fields: [ServerResponse.Field] = []
        var response: ServerResponse
        do throws(PageFailure) {
            let context = try await context(of: exchange)
            fields = context.responseFields
            request.session = context.session
            response = try await answer(exchange, context, &request)
        } catch {
            // Capital letters and the like are the visitor's typing: `/tokens/New` is no token.
            if case .notFound = error, [.get, .head].contains(exchange.head.method),
                let redirection = exchange.redirectionToIntendedPath()
            {
                return redirection
            }
            let typed = exchange.head.method == .post ? await portal.accounts.uncheckedForm(of: exchange) : nil
            if exchange.head.method == .post { request.formPage = Draft.page(of: request.path, typed) }
            response = failure(error, request, typed)
        }
        response.headers += fields
        return response
    }

    /// Returns the page for a failure. What the request holds is not looked at.
    func refusal(of exchange: HTTPExchange, _ reason: PageFailure) async -> ServerResponse {
        var request = PageRequest(path: exchange.head.path, requestID: exchange.requestID.description)
        let context = try? await context(of: exchange)
        request.session = context?.session
        var response = failure(reason, request)
        response.headers += context?.responseFields ?? []
        return response
    }

    private func context(of exchange: HTTPExchange) async throws(PageFailure) -> SessionContext {
        do throws(HTTPError) {
            return try await portal.accounts.context(of: exchange)
        } catch {
            throw .http(error)
        }
    }

    private func answer(
        _ exchange: HTTPExchange, _ context: SessionContext, _ request: inout PageRequest
    ) async throws(PageFailure) -> ServerResponse {
        let changes = exchange.head.method == .post
        if request.session == nil {
            switch access {
            case .everyone: break
            case .script: throw .http(HTTPError(.unauthorized, code: "logged_out", message: "You’re logged out."))
            case .people:
                if changes { throw .loggedOut }
                return portal.redirect(to: ReturnAddress(of: exchange).login())
            }
        }
        if changes { request.form = try await form(of: exchange, in: context) }
        for cookie in PageCookie.allCases {
            request.cookies[cookie] = portal.accounts.sealedCookie.value(of: cookie.rawValue, in: exchange.head)
        }
        if let draft = request.cookies[.draft].flatMap({ Draft($0) }), draft.account == request.session?.account {
            request.draft = draft
        }
        for name in names {
            request.parameters[name] = exchange.pathParameters[name].map { String(decoding: $0, as: UTF8.self) }
        }
        return try response(to: request, try await act(on: request, changes: changes), exchange)
    }

    private func form(of exchange: HTTPExchange, in context: SessionContext) async throws(PageFailure) -> FormFields {
        do {
            return try await portal.accounts.form(of: exchange, in: context)
        } catch let error as HTTPError {
            throw .http(error)
        } catch {
            throw error as? FormRefusal == .loggedOut ? .loggedOut : .forged
        }
    }

    /// Runs the page's code; for a form once, however often it is sent.
    private func act(on request: PageRequest, changes: Bool) async throws(PageFailure) -> PageResponse {
        guard changes, let session = request.session,
            let form = FormSubmission(request.form, path: request.path, account: session.account)
        else { return try await run(request) }
        let run = run
        return try await portal.forms.once(form) { () async throws(PageFailure) in try await run(request) }
    }

    // MARK: The response

    private func response(
        to request: PageRequest, _ answer: PageResponse, _ exchange: HTTPExchange
    ) throws(PageFailure) -> ServerResponse {
        let cookies = portal.accounts.sealedCookie
        var response: ServerResponse
        var deleted = answer.deletedCookies
        switch answer.body {
        case .page(let content, let section):
            let flash = answer.flash ?? request.cookies[.flash].flatMap { Alert(cookie: $0) }
            if request.cookies[.flash] != nil { deleted.insert(.flash) }
            var frame = portal.frame(for: request, section, flash: flash)
            frame.hasErrors = answer.hasErrors
            frame.isIndexed = answer.isIndexed
            response = portal.page(content, in: frame, status: HTTPStatus(answer.status))
        case .redirect(let path):
            response = portal.redirect(to: path)
        case .json(let bytes):
            response = portal.secured(.json(HTTPStatus(answer.status), bytes))
        }
        if answer.isLogout { response.headers += portal.accounts.logoutFields(for: exchange) }
        for cookie in deleted where answer.cookies[cookie] == nil {
            response.headers.append(cookies.delete(cookie.rawValue))
        }
        for (cookie, bytes) in answer.cookies {
            guard let field = field(setting: cookie, to: bytes) else {
                throw .http(
                    HTTPError(
                        .internalServerError, code: "no_randomness",
                        message: "The server can’t generate random numbers right now."))
            }
            response.headers.append(field)
        }
        return response
    }

    /// Returns the field that sets a sealed cookie; `nil` if there is no randomness to seal it with.
    private func field(setting cookie: PageCookie, to bytes: [UInt8]) -> ServerResponse.Field? {
        do {
            return try portal.accounts.sealedCookie.set(cookie.rawValue, bytes, lifetime: cookie.lifetime)
        } catch {
            portal.logger.throttled(.error, "cannot seal a cookie", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// - Parameter typed: The content of a form that is not acted on.
    private func failure(_ failure: PageFailure, _ request: PageRequest, _ typed: FormFields? = nil) -> ServerResponse {
        if case .service(.unavailable(let reason)) = failure {
            portal.logger.throttled(
                .warning, "a page needs the database",
                metadata: ["reason": "\(reason)", "path": "\(LoggedPath.of(request.path))"])
        }
        if case .service(.unreadable(let problem)) = failure {
            portal.logger.throttled(
                .error, "a page shows a token whose row makes no sense",
                metadata: ["error": "\(problem)", "path": "\(LoggedPath.of(request.path))"])
        }
        if access == .script {
            let error =
                if case .http(let error) = failure { error } else {
                    HTTPError(
                        HTTPStatus(ErrorPages.page(for: failure, request).status), code: "unavailable",
                        message: "Not available.")
                }
            return portal.secured(.error(error, format: .json))
        }
        let draft = typed.flatMap { Draft($0, path: request.path) }
        let kept = draft?.encoded.flatMap { field(setting: .draft, to: $0) }
        if case .forged = failure, let kept, let way = request.formPage, let session = request.session,
            session.account == draft?.account
        {
            // The same person logged in anew since the page was made: its form again, with what was typed.
            return portal.redirect(to: way, fields: [kept])
        }
        var (content, status) = ErrorPages.page(for: failure, request, isKept: kept != nil)
        if status == 503, let typed, let retry = FollowUpForm(typed, path: request.path) {
            content.followUp = retry
            content.advice = ["What you typed is kept on this page. Try again in a minute."]
            content.ways = content.ways.map { PageLink(url: $0.url, text: $0.text) }
        }
        var isKept = false
        switch failure {
        case .loggedOut, .service(.forbidden(.staleLogin)): isKept = true
        case .http(let error) where error.code == FormLedger.sentBefore: isKept = true
        default: break
        }
        var response = portal.page(content, in: portal.frame(for: request, .other), status: HTTPStatus(status))
        if isKept, let kept { response.headers.append(kept) }
        if case .http(let error) = failure, let seconds = error.retryAfter {
            response.headers.append(.init("Retry-After", String(seconds)))
        }
        return response
    }
}
