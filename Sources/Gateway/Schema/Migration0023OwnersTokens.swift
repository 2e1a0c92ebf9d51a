import Database

extension Migration {
    /// An index that answers for an owner's tokens without a look into the table: people may have thousands of tokens.
    static let ownersTokens = Migration(version: 23, name: "owners' tokens") { _ in
        [
            "CREATE INDEX token_owner_tokens ON token_owner (kind, name, token_uuid)",
            "DROP INDEX token_owner_by_name",
        ]
    }
}
