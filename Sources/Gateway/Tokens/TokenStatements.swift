import Database

// What is written to the table of tokens.
extension TokenStore {
    /// Returns the statements that make a token.
    func insertion(of token: Token, secret: TokenSecret) throws -> [SQLStatement] {
        let sealed = try keys.seal(secret.bytes, for: StoredToken.place(ofSecretIn: token.row))
        let columns: [(name: String, value: SQLValue)] = [
            ("uuid", .text(token.row)), ("public_id", .text(token.id.description)), ("service", .text(token.service)),
            ("name", .text(token.name)), ("scope", .optional(token.scope?.text)),
            ("scope_key", .optional(token.scope?.key)), ("event_filter", .optional(token.eventFilter?.description)),
            ("publish_private", .integer(token.publishesPrivate ? 1 : 0)),
            ("settings", .text(try StoredToken.text(ofSettings: token.settings))),
            ("state", .text(token.state.rawValue)), ("created_by", .optional(token.createdBy)),
            ("key_id", .text(sealed.keyID)), ("secret", .blob(sealed.bytes)),
            ("lookup_hash", .blob(keys.lookupHash(secret.bytes))),
            ("created_at", .integer(token.createdAt.milliseconds)),
            ("updated_at", .integer(token.updatedAt.milliseconds)),
        ]
        let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let insertion = SQLStatement(
            "INSERT INTO token (\(columns.map(\.name).joined(separator: ", "))) VALUES (\(places))",
            columns.map(\.value))
        return [insertion]
            + token.owners.enumerated().map { position, owner in
                Self.insertion(of: owner, position: position, into: token, now: token.createdAt)
            }
    }

    /// Returns the statement that adds an owner.
    static func insertion(of owner: TokenOwner, position: Int, into token: Token, now: UnixTime) -> SQLStatement {
        SQLStatement(
            "INSERT INTO token_owner (token_uuid, kind, name, position, added_at) VALUES ($1, $2, $3, $4, $5)",
            [
                .text(token.row), .text(owner.kind.rawValue), .text(owner.name), .integer(Int64(position)),
                .integer(now.milliseconds),
            ])
    }

    /// Returns the new `updated_at` of a changed token: now, and in any case later than it was, also where two changes
    /// fall into one millisecond, or another machine's clock is ahead; but for a time that makes no sense.
    ///
    /// - Parameter now: The parameter's place, as `$1`. PostgreSQL's GREATEST is SQLite's MAX: this is either's.
    static func later(_ now: String) -> String {
        "CASE WHEN updated_at >= \(now) AND updated_at < \(StoredNumber.limit) THEN updated_at + 1 ELSE \(now) END"
    }

    /// Likewise for `rotated_at`, by which deliveries tell the secrets of one rotation from those of another.
    static func laterRotation(_ now: String) -> String {
        "CASE WHEN COALESCE(rotated_at, created_at) >= \(now) THEN COALESCE(rotated_at, created_at) + 1 ELSE \(now) END"
    }

    /// Returns the statement that stores the parts of a token that people edit.
    static func update(_ token: Token, now: UnixTime) throws -> SQLStatement {
        SQLStatement(
            """
            UPDATE token SET name = $1, scope = $2, scope_key = $3, event_filter = $4, publish_private = $5,
                settings = $6, updated_at = \(later("$7"))
            WHERE uuid = $8 RETURNING \(StoredToken.columns)
            """,
            [
                .text(token.name), .optional(token.scope?.text), .optional(token.scope?.key),
                .optional(token.eventFilter?.description), .integer(token.publishesPrivate ? 1 : 0),
                .text(try StoredToken.text(ofSettings: token.settings)),
                .integer(now.milliseconds), .text(token.row),
            ])
    }

    /// Returns the statement that enables or disables a token.
    static func update(_ token: Token, to state: TokenState, now: UnixTime) -> SQLStatement {
        SQLStatement(
            """
            UPDATE token SET state = $1, updated_at = \(later("$2")) WHERE uuid = $3 RETURNING \(StoredToken.columns)
            """, [.text(state.rawValue), .integer(now.milliseconds), .text(token.row)])
    }

    /// Returns the statement that marks a token as changed where another table's rows are.
    static func touch(_ token: Token, now: UnixTime) -> SQLStatement {
        SQLStatement(
            "UPDATE token SET updated_at = \(later("$1")) WHERE uuid = $2 RETURNING \(StoredToken.columns)",
            [.integer(now.milliseconds), .text(token.row)])
    }

    /// Returns the statement that moves the secret to the previous one's place, that one to the place before, and puts the
    /// new one in its own.
    ///
    /// - Throws: ``TokenInputError`` `formerSecrets` where a secret within its grace period would be dropped.
    func replacement(
        ofSecretIn stored: StoredToken, by secret: TokenSecret, grace: Duration, now: UnixTime
    ) throws -> SQLStatement {
        let row = stored.token.row
        let place = StoredToken.place(ofSecretIn: row)
        let sealed = try keys.seal(secret.bytes, for: place)
        var (previous, earlier) = ([SQLValue](repeating: .null, count: 4), [SQLValue](repeating: .null, count: 4))
        if grace > .zero {
            // Sealed anew, because a sealed value opens in its own column only.
            previous = try former(
                try keys.open(stored.secret, for: place), until: now.advanced(by: grace),
                at: StoredToken.place(ofPreviousSecretIn: row))
            // What cannot be opened verifies nothing, and needs no place.
            let kept = stored.formerSecrets(at: now).compactMap { former in
                (try? keys.open(former.sealed, for: former.place)).map { (bytes: $0, expiresAt: former.expiresAt) }
            }
            guard kept.count < TokenStore.maximumFormerSecrets else {
                throw TokenInputError.formerSecrets(until: kept.map(\.expiresAt))
            }
            if let last = kept.first {
                earlier = try former(
                    last.bytes, until: last.expiresAt, at: StoredToken.place(ofEarlierSecretIn: row))
            }
        }
        return SQLStatement(
            """
            UPDATE token SET key_id = $1, secret = $2, lookup_hash = $3, previous_key_id = $4, previous_secret = $5,
                previous_lookup_hash = $6, previous_expires_at = $7, earlier_key_id = $8, earlier_secret = $9,
                earlier_lookup_hash = $10, earlier_expires_at = $11, rotated_at = \(Self.laterRotation("$12")),
                updated_at = \(Self.later("$12"))
            WHERE uuid = $13 RETURNING \(StoredToken.columns)
            """,
            [.text(sealed.keyID), .blob(sealed.bytes), .blob(keys.lookupHash(secret.bytes))] + previous + earlier + [
                .integer(now.milliseconds), .text(row),
            ])
    }

    /// The columns of a former secret: the key's id, the sealed secret, its hash, its end.
    private func former(_ bytes: [UInt8], until end: UnixTime, at place: SealedPlace) throws -> [SQLValue] {
        let sealed = try keys.seal(bytes, for: place)
        return [
            .text(sealed.keyID), .blob(sealed.bytes), .blob(keys.lookupHash(bytes)), .integer(end.milliseconds),
        ]
    }
}

extension SQLValue {
    /// Text, or NULL.
    static func optional(_ text: String?) -> SQLValue {
        text.map { .text($0) } ?? .null
    }
}
