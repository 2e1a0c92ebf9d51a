import WebPages

/// `/account`.
struct AccountPages: Sendable {
    let site: WebSite

    func show(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        guard let visitor = request.visitor else { throw .login }
        let sessions = try await site.accounts.sessions(of: visitor)
        return .page(
            OwnAccountPage(
                account: visitor.account, displayName: visitor.displayName, isAdmin: visitor.person.isAdmin,
                groups: visitor.groups, groupsNote: Self.groupsNote(visitor),
                sessions: sessions.map { session in
                    SessionRow(
                        id: session.id, browser: BrowserName.text(session.userAgent),
                        started: Moment(session.createdAt), used: Moment(session.lastSeenAt),
                        ends: Moment(session.expiresAt), isThis: session.isCurrent)
                }),
            .account)
    }

    func endSession(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        guard let visitor = request.visitor else { throw .login }
        let id = request.field("session")
        guard !id.isEmpty, id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .notFound }
        try await site.accounts.endSession(id, of: visitor)
        return .redirect("/account", .success, "Session logged out.")
    }

    func logOutEverywhere(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        guard let visitor = request.visitor else { throw .login }
        try await site.accounts.endAllSessions(of: visitor)
        var answer = PageAnswer.redirect("/", .success, "You’re logged out everywhere.")
        answer.isGoodbye = true
        return answer
    }

    private static func groupsNote(_ visitor: Visitor) -> String {
        if visitor.rightsAreStale {
            return "Your groups can’t be loaded right now. Until they can, you only see tokens that you own yourself."
        }
        return "You can also manage tokens owned by these groups."
    }
}
