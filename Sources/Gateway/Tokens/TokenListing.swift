import Database

/// Which tokens to list, and from where on.
public struct TokenListing: Sendable {
    /// Most tokens that one call gives.
    public static let maximumPage = 500

    /// Where a page ended; the next begins after it.
    public struct Cursor: Sendable, Hashable {
        let createdAt: UnixTime
        let row: String

        /// After this token.
        public init(after token: Token) {
            createdAt = token.createdAt
            row = token.row
        }

        /// After this row of the table `token`.
        init(after row: SQLRow) throws(DatabaseError) {
            createdAt = try row.time("created_at")
            self.row = try row.text("uuid")
        }
    }

    /// Only of this service.
    public var service: String?
    /// Only of this owner.
    public var owner: TokenOwner?
    /// Only in this state.
    public var state: TokenState?
    /// Only with this scope, and not with one that it is within.
    public var scope: TokenScope?
    /// Only those after this.
    public var after: Cursor?
    /// At most so many, 1...``maximumPage``.
    public var limit: Int

    /// A listing; all tokens if nothing is given.
    public init(
        service: String? = nil, owner: TokenOwner? = nil, state: TokenState? = nil, scope: TokenScope? = nil,
        after: Cursor? = nil, limit: Int = Self.maximumPage
    ) {
        self.service = service
        self.owner = owner
        self.state = state
        self.scope = scope
        self.after = after
        self.limit = min(max(limit, 1), Self.maximumPage)
    }
}
