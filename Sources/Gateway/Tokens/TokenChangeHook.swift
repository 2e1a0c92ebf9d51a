import Database

/// What is done along with every change of a token, whoever makes it: its history, and telling other replicas.
public protocol TokenChangeHook: Sendable {
    /// Called in the change's own transaction, after its statements; what it throws undoes the change.
    func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws
}
