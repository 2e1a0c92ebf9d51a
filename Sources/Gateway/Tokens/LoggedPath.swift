/// A request's path as it is logged. For services that sign nothing, the token's id in the URL is all the proof there is,
/// so that no log may have it; its beginning is enough to find the token by (`webhook2fedmsg token list`).
enum LoggedPath {
    /// Segments that are longer than this are cut: an id has 26 characters, and one that was mistyped or escaped is not
    /// shown either.
    private static let longestWhole = 20
    /// Characters that are left of an id.
    static let kept = 6

    /// The path with its long segments cut.
    static func of(_ path: String) -> String {
        guard path.utf8.count > longestWhole else { return path }
        return path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.utf8.count > longestWhole ? "\($0.prefix(kept))…" : String($0) }
            .joined(separator: "/")
    }
}

extension TokenID {
    /// The id's beginning, for logs.
    var logged: String { "\(description.prefix(LoggedPath.kept))…" }
}
