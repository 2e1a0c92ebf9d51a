import Database

/// A token with its secrets as they stand in the database.
struct StoredToken: Sendable {
    var token: Token
    let secret: SealedValue
    /// The secret before the last rotation; works until `token.previousSecretExpiresAt`.
    let previousSecret: SealedValue?
    /// The one before that; works until `token.earlierSecretExpiresAt`.
    let earlierSecret: SealedValue?

    /// A former secret within its grace period.
    struct FormerSecret: Sendable {
        let sealed: SealedValue
        let place: SealedPlace
        let expiresAt: UnixTime
    }

    /// The former secrets that still work, the last one first.
    func formerSecrets(at now: UnixTime) -> [FormerSecret] {
        let row = token.row
        return [
            (previousSecret, token.previousSecretExpiresAt, Self.place(ofPreviousSecretIn: row)),
            (earlierSecret, token.earlierSecretExpiresAt, Self.place(ofEarlierSecretIn: row)),
        ].compactMap { sealed, expiresAt, place in
            guard let sealed, let expiresAt, now < expiresAt else { return nil }
            return FormerSecret(sealed: sealed, place: place, expiresAt: expiresAt)
        }
    }

    static func place(ofSecretIn row: String) -> SealedPlace {
        SealedPlace(column: "token.secret", row: row)
    }

    static func place(ofPreviousSecretIn row: String) -> SealedPlace {
        SealedPlace(column: "token.previous_secret", row: row)
    }

    static func place(ofEarlierSecretIn row: String) -> SealedPlace {
        SealedPlace(column: "token.earlier_secret", row: row)
    }
}
