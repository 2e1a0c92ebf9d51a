/// The form of a service's repository names: what a token's scope can be, and what of an address that somebody pasted
/// is a name.
public struct RepositoryNames: Sendable {
    /// Bytes of a text that is looked at.
    private static let maximumCount = 2048
    /// Most parts of a name; `nil` where groups may nest.
    public let maximumParts: Int?
    /// The public instances of the service.
    public let hosts: [String]
    /// The path components before the name in the addresses of its pages: `["repository"]` for
    /// `/repository/OWNER/NAME`.
    private let prefixes: [[String]]
    /// The path component between owner and repository: `repos` for `/projects/PROJECT/repos/REPOSITORY`.
    private let infix: String?
    /// The path components before the name of an owner alone: `["orgs"]` for `/orgs/OWNER/repositories`.
    private let ownerPrefixes: [[String]]
    /// The path components that may follow the name: `settings` for `/OWNER/NAME/settings/hooks`. Nothing else may.
    private let pages: Set<String>

    /// The form of a service's repository names.
    public init(
        maximumParts: Int?, hosts: [String] = [], prefixes: [[String]] = [], infix: String? = nil,
        ownerPrefixes: [[String]] = [],
        pages: Set<String> = []
    ) {
        self.maximumParts = maximumParts
        self.hosts = hosts
        self.prefixes = prefixes
        self.infix = infix
        self.ownerPrefixes = ownerPrefixes
        self.pages = pages
    }

    /// Names of any depth, of a service whose addresses are not known.
    public static let any = RepositoryNames(maximumParts: nil)

    /// `owner/repository`, as the forges have it.
    ///
    /// - Parameter pages: What may stand after the name in an address, besides what all forges have.
    public static func forge(
        hosts: [String], ownerPrefixes: [[String]] = [], pages: Set<String> = []
    ) -> RepositoryNames {
        RepositoryNames(
            maximumParts: 2, hosts: hosts, ownerPrefixes: ownerPrefixes,
            pages: pages.union([
                "settings", "issues", "pulls", "pull", "releases", "tags", "branches", "commits", "commit", "actions",
                "wiki", "projects", "packages", "activity",
            ]))
    }

    /// Returns the name in an address, or in a name as it was typed.
    public struct Reading: Sendable, Hashable {
        /// The name: `owner` or `owner/repository`. It is not checked otherwise.
        public var name: String
        /// The host, in lower case, where it was an address.
        public var host: String?
    }

    /// Reads a name, or the address of a repository, of one of its pages, or to clone it by. A slash and `.git` at the end are
    /// left out.
    ///
    /// - Returns: `nil` if it has more parts than names of this service have.
    public func read(_ text: String) -> Reading? {
        // No address of a page is longer, and no name.
        guard text.utf8.count <= Self.maximumCount else { return Reading(name: text, host: nil) }
        var (host, path) = Self.taken(apart: text)
        if host == nil, let known = hosts.first(where: { path.lowercased().hasPrefix($0 + "/") }) {
            host = known
            path = path.dropFirst(known.count).prefix { $0 != "?" && $0 != "#" }
        }
        var parts = path.split(separator: "/", omittingEmptySubsequences: host != nil)
        if host == nil {
            // Whoever types a name may end it with a slash.
            if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
        } else {
            parts = named(by: parts)
        }
        if let last = parts.last, parts.count > 1, last.hasSuffix(".git"), last.count > 4 {
            parts[parts.count - 1] = last.dropLast(4)
        }
        if let maximumParts, parts.count(where: { !$0.isEmpty }) > maximumParts { return nil }
        return Reading(name: parts.joined(separator: "/"), host: host)
    }

    /// The parts of an address that are the name.
    private func named(by path: [Substring]) -> [Substring] {
        for prefix in ownerPrefixes where path.count > prefix.count && path.starts(with: prefix, by: ==) {
            return Array(
                path[prefix.count...].prefix { !pages.contains(String($0)) && $0 != "-" }.prefix(
                    maximumParts == nil ? 20 : 1))
        }
        var parts = path
        for prefix in prefixes where parts.count > prefix.count && parts.starts(with: prefix, by: ==) {
            parts.removeFirst(prefix.count)
            if let infix, parts.count > 1, parts[1] == infix { parts.remove(at: 1) }
            break
        }
        // GitLab's pages are after "/-/".
        if let dash = parts.firstIndex(of: "-") { return Array(parts[..<dash]) }
        // An owner or a repository may be called as a page is.
        if let end = parts.indices.dropFirst(2).first(where: { pages.contains(String(parts[$0])) }) {
            return Array(parts[..<end])
        }
        return parts
    }

    /// Host and path of an address, without its query; of what is none, no host.
    private static func taken(apart text: String) -> (host: String?, path: Substring) {
        var rest = text.drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        let isAddress: Bool
        if let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            isAddress = true
        } else if let at = rest.firstIndex(of: "@"), let colon = rest[at...].firstIndex(of: ":"),
            !rest[..<at].contains("/")
        {
            // As git takes it: git@github.com:owner/repository.git
            return (rest[rest.index(after: at)..<colon].lowercased(), rest[rest.index(after: colon)...])
        } else {
            isAddress = false
        }
        guard isAddress else { return (nil, rest) }
        rest = rest.prefix { $0 != "?" && $0 != "#" }
        let authority = rest.prefix { $0 != "/" }
        let host = (authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority)
            .prefix { $0 != ":" }.lowercased()
        return (host.hasPrefix("www.") ? String(host.dropFirst(4)) : host, rest.dropFirst(authority.count))
    }
}
