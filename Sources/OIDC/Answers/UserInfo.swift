/// What UserInfo says of a person (OpenID Connect Core section 5.3.2).
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

    /// Who this is, by the configured claims.
    func identity(_ settings: OIDCSettings) throws(OIDCError) -> Identity {
        guard let account = settings.accountClaims.lazy.compactMap({ members[$0]?.text }).first,
            account.utf8.count <= Self.maximumNameCount
        else { throw .noAccountName }
        var groups: [String] = []
        if case .array(let items) = members[settings.groupsClaim] {
            groups = items.lazy.compactMap(\.text).filter { $0.utf8.count <= Self.maximumNameCount }
                .prefix(Self.maximumGroups).map { $0 }
        }
        let name = members["name"]?.text.map { String($0.prefix(Self.maximumNameCount)) }
        return Identity(subject: subject, account: account, name: name, groups: groups)
    }
}
