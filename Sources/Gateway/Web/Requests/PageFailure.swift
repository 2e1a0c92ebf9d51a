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
    case service(TokenServiceError)
    /// An error of the server: the body did not come, the database is away.
    case http(HTTPError)

    init(_ error: TokenServiceError) {
        switch error {
        case .notFound: self = .notFound
        case .forbidden(.loggedOut): self = .login
        default: self = .service(error)
        }
    }
}

/// Runs calls of the token service, with the errors that pages know.
func asking<Value>(_ call: () async throws(TokenServiceError) -> Value) async throws(PageFailure) -> Value {
    do throws(TokenServiceError) {
        return try await call()
    } catch {
        throw PageFailure(error)
    }
}
