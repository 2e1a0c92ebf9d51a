/// Makes HTML of the login's pages.
public protocol AccountPageRenderer: Sendable {
    /// A whole document in UTF-8. Everything in `page` that others may have chosen is escaped by it.
    func document(_ page: AccountPage, _ context: SessionContext) -> [UInt8]
}
