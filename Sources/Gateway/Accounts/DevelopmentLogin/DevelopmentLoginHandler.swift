import Encodings
import HTTPServer
import Logging

/// `POST /login/development`: whoever asks is who they say. On this machine alone.
struct DevelopmentLoginHandler: HTTPHandler {
    let accounts: Accounts
    let logger: Logger

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let context = SessionContext(session: nil, isDevelopmentLogin: true, responseFields: [])
        guard DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress),
            RequestOrigin.isOurs(exchange.head, origins: accounts.origins(for: exchange))
        else {
            return accounts.answers.page(
                .forbidden, .forbidden(reason: "Development login only works on this machine."), context)
        }
        do {
            let body = try await exchange.readBody(limit: FormFields.maximumSize)
            guard let form = FormFields(body) else {
                return accounts.answers.page(.badRequest, .forbidden(reason: "The form couldn’t be read."), context)
            }
            let next = ReturnAddress(form["next"])
            guard let account = form["account"].flatMap({ AccountNames.account($0.trimmed) }) else {
                let problem = "Enter a name of up to 64 lowercase letters, digits, dots, dashes, and underscores."
                return accounts.answers.page(
                    HTTPStatus(422), .developmentLogin(next: next, problem: problem), context)
            }
            let groups = (form["groups"] ?? "").split(separator: ",").map { String($0).trimmed }
            let session = NewSession(
                account: account, subject: "", name: nil, groups: AccountNames.groups(groups), credentials: nil,
                isDevelopment: true, userAgent: accounts.userAgent(of: exchange), authenticatedAt: .now())
            return try await accounts.begin(session, for: exchange, then: next)
        } catch let error as HTTPError {
            return exchange.refuse(error)
        } catch {
            logger.throttled(.error, "cannot begin a session", metadata: ["error": "\(error)"])
            let failure = LoginFailure.unavailable(retry: AccountPaths.login, requestID: exchange.requestID)
            return accounts.answers.page(failure.status, .loginFailed(failure), context)
        }
    }
}
