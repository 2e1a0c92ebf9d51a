/// A token with its secrets as they stand in the database.
struct StoredToken: Sendable {
    var token: Token
    let secret: SealedValue
    /// The secret before the last rotation; works until `token.previousSecretExpiresAt`.
    let previousSecret: SealedValue?

    static func place(ofSecretIn row: String) -> SealedPlace {
        SealedPlace(column: "token.secret", row: row)
    }

    static func place(ofPreviousSecretIn row: String) -> SealedPlace {
        SealedPlace(column: "token.previous_secret", row: row)
    }
}
