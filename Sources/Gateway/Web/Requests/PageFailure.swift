import HTTPServer

/// The reason why a request for a page comes to nothing.
enum PageFailure: Error, Sendable {
    /// 404.
    case notFound
    /// 405: there is a page or a form here, and nothing for this method.
    case methodNotAllowed
    /// Nobody is logged in.
    case login
    /// 403: the form came from elsewhere, or is too old.
    case forged
    /// An error of the token service.
    case desk(TokenDeskError)
    /// An error of the server: the body did not come, the database is away.
    case http(HTTPError)

    init(_ error: TokenDeskError) {
        switch error {
        case .notFound: self = .notFound
        case .forbidden(.loggedOut): self = .login
        default: self = .desk(error)
        }
    }
}

/// Runs calls of the desk, with the errors that pages know.
func asking<Value>(_ call: () async throws(TokenDeskError) -> Value) async throws(PageFailure) -> Value {
    do throws(TokenDeskError) {
        return try await call()
    } catch {
        throw PageFailure(error)
    }
}
