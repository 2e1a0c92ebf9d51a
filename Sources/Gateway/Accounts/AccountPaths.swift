/// Where the login's pages are.
enum AccountPaths {
    static let login = "/login"
    static let callback = "/login/callback"
    static let development = "/login/development"
    static let logout = "/logout"
}
