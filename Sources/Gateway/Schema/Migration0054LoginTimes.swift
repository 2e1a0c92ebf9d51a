import Database

extension Migration {
    /// Sessions begun by earlier versions may say that their person logged in when they began, though the provider never
    /// said when that was: what is not known is not fresh, so their administrators log in once more. Development logins
    /// have no provider.
    static let loginTimes = Migration(version: 54, name: "login times") { _ in
        ["UPDATE session SET authenticated_at = 0 WHERE is_development = 0"]
    }
}
