import Database

/// A check of a database before a server uses it: whether this program's tables are there or can be made, and whether
/// the root key is the one that it needs. Nothing is made or changed.
enum DatabaseCheck {
    /// - Returns: How it stands, in a sentence.
    /// - Throws: `DatabaseError` if the server would not start with it, `RootKeyError`.
    static func run(_ settings: WorkspaceSettings, _ database: any Database) async throws -> String {
        let pending = try await Migrator.pending(database, migrations: GatewaySchema.migrations)
        if pending.count == GatewaySchema.migrations.count { return "connected; it is empty: serve makes its tables" }
        if let first = pending.first {
            let count = pending.count
            return "connected; serve applies \(count) migrations to it, from \(first.version) (\(first.name)) on"
        }
        let status = try await KeyStatus.read(settings, database)
        guard status.isUsable else {
            throw DatabaseError(
                .configuration,
                "connected, but the root keys of the configuration are not those that it needs: "
                    + status.advice.joined(separator: "; "))
        }
        return (["connected"] + status.advice).joined(separator: "; ")
    }
}
