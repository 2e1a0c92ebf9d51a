/// The response of UserInfo (OpenID Connect Core section 5.3.2).
struct UserInfo: Sendable {
    /// Groups that are taken; the rest is left out.
    static let maximumGroups = 2000
    /// Bytes of a name that is taken.
    static let maximumNameCount = 256

    let subject: String
    private let members: [String: JSONValue]

    init(_ response: ProviderResponse) throws(OIDCError) {
        switch response.content {
        case .object(let object): members = object
        case .error(let code): throw .userInfoRefused(code: code)
        case .nothing(let reason):
            // Without a word of why, these two still say that the token is what is wrong (RFC 6750 section 3.1).
            guard response.status != 401, response.status != 403 else {
                throw .userInfoRefused(code: "status \(response.status)")
            }
            throw .malformed(.userInfo, reason: reason)
        }
        guard let subject = members["sub"]?.text else { throw .malformed(.userInfo, reason: "no sub") }
        self.subject = subject
    }

    /// The account, by the configured claims.
    func identity(_ settings: OIDCSettings) throws(OIDCError) -> Identity {
        guard let account = settings.accountClaims.lazy.compactMap({ members[$0]?.text }).first,
            account.utf8.count <= Self.maximumNameCount
        else { throw .noAccountName }
        let groups = Self.groups(members[settings.groupsClaim])
        let name = members["name"]?.text.map { String($0.prefix(Self.maximumNameCount)) }
        return Identity(subject: subject, account: account, name: name, groups: groups)
    }

    /// A list of names, or one text with one name or several.
    private static func groups(_ claim: JSONValue?) -> [String] {
        let names: [String]
        switch claim {
        case .array(let items): names = items.compactMap(\.text)
        case .string(let text): names = text.split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init)
        default: names = []
        }
        return names.lazy.filter { $0.utf8.count <= maximumNameCount }.prefix(maximumGroups).map(withoutSlash)
    }

    /// Keycloak gives the paths of groups: `/packager` is `packager`. A group within another keeps its path, which is no
    /// name here: `/guests/admins` must not count as `admins`.
    private static func withoutSlash(_ name: String) -> String {
        name.hasPrefix("/") && !name.dropFirst().contains("/") ? String(name.dropFirst()) : name
    }
}

/// The person who logged in, as the provider describes them. All of it is text of others.
public struct Identity: Sendable, Hashable {
    /// The provider's own name for the person, `sub`.
    public let subject: String
    /// The account's name, by the configured claim.
    public let account: String
    /// The display name.
    public let name: String?
    /// The groups.
    public let groups: [String]

    /// An identity.
    public init(subject: String, account: String, name: String?, groups: [String]) {
        self.subject = subject
        self.account = account
        self.name = name
        self.groups = groups
    }
}
