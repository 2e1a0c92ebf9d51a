/// The paths of the login's pages.
enum AccountPaths {
    static let login = "/login"
    static let callback = "/login/callback"
    static let development = "/login/development"
    static let logout = "/logout"
}
