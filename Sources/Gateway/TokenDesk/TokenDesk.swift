import Database

/// What the pages do with tokens: each call checks the person's right (``Authorization``), does it, and writes the
/// history in the same transaction.
///
/// `by` is who is logged in, `nil` if nobody is: then every call throws `forbidden(.loggedOut)`, whatever the token.
public protocol TokenDesk: Sendable {
    /// A page of tokens.
    ///
    /// - Throws: `forbidden`, `unavailable`.
    func list(_ query: TokenQuery, by person: Person?) async throws(TokenDeskError) -> TokenPage

    /// How many tokens the person may manage: for `/`.
    func overview(by person: Person?) async throws(TokenDeskError) -> TokenOverview

    /// One token.
    func token(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> TokenView

    /// Makes a token; the person is its owner.
    ///
    /// - Throws: `invalid`, `tooMany`, `forbidden`, `unavailable`.
    func create(_ new: NewToken, by person: Person?) async throws(TokenDeskError) -> IssuedToken

    /// Changes a token.
    func edit(_ id: TokenID, _ edit: TokenEdit, by person: Person?) async throws(TokenDeskError) -> TokenView

    /// Gives a token another secret; the one before works on for `grace`.
    ///
    /// - Parameters:
    ///   - secret: One of one's own; empty to have one made.
    ///   - version: ``Token/secretsVersion`` of what was shown to the person; a token that has other secrets by now keeps
    ///     those (`changed`). `nil` replaces whatever there is.
    func rotate(
        _ id: TokenID, grace: Duration, secret: String, version: String?, by person: Person?
    ) async throws(TokenDeskError) -> IssuedToken

    /// Enables or disables a token.
    func setState(_ id: TokenID, to state: TokenState, by person: Person?) async throws(TokenDeskError) -> TokenView

    /// Deletes a token for good. (That its name was typed is the page's to check.)
    func delete(_ id: TokenID, by person: Person?) async throws(TokenDeskError)

    /// Adds an owner; one that is there already changes nothing.
    func addOwner(
        _ name: String, kind: TokenOwner.Kind, to id: TokenID, by person: Person?
    ) async throws(TokenDeskError) -> TokenView

    /// Removes an owner; the last one stays (`lastOwner`). Whoever removes themselves may not see the token any more.
    func removeOwner(
        _ name: String, kind: TokenOwner.Kind, from id: TokenID, by person: Person?
    ) async throws(TokenDeskError)

    /// The token's last deliveries.
    func deliveries(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> DeliveryList

    /// The token's history, newest first.
    ///
    /// - Parameter before: Only what was before this; for the next page.
    func history(
        _ id: TokenID, before: UnixTime?, limit: Int, by person: Person?
    ) async throws(TokenDeskError) -> [HistoryEntry]

    /// The history of all tokens, newest first: administrators only.
    func history(before: UnixTime?, limit: Int, by person: Person?) async throws(TokenDeskError) -> [HistoryEntry]

    /// Sends a test event through the token, as its service would, and says what became of it. It is published, if
    /// the token takes it.
    func sendTest(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> DeliveryRecord
}
