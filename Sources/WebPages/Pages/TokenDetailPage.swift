/// `/tokens/<id>`.
package struct TokenDetailPage: PageContent {
    package static let template = "token"

    package var title: String { name }

    /// The way back.
    package var crumbs: [PageLink]
    /// The token's page, which its forms are below.
    package var path: String
    /// The service.
    package var service: ServiceBadge
    /// Its name.
    package var name: String
    /// Its scope.
    package var scope: String?
    /// Enabled, disabled, service off.
    package var state: StatePill
    /// A Boolean value that indicates whether it is enabled.
    package var isEnabled: Bool
    package var notices: [Notice]
    /// Another scope, where its repository seems to have been renamed.
    package var rename: ScopeOffer?
    /// The fault of the input.
    package var problem: String?
    /// The address of its webhooks.
    package var url: CopyField
    /// The tag that its messages carry.
    package var messageTag: String?
    /// The number of published deliveries.
    package var accepted: String
    /// The number of deliveries that were accepted, but not published.
    package var withheld: String
    /// The number of refused deliveries.
    package var refused: String
    /// A Boolean value that indicates whether a test event can be sent.
    package var canTest: Bool
    /// Watches for the first delivery, until there was one.
    package var waiting: WaitingCard?
    /// The filter of the list of deliveries.
    package var deliveryFilters: [PageLink]
    /// A Boolean value that indicates whether there are any deliveries, listed or not.
    package var hasDeliveries: Bool
    /// The deliveries.
    package var deliveries: [DeliveryRow]
    /// The last delivery's message.
    package var preview: MessagePreview?
    /// The changes of the token.
    package var history: [HistoryRow]
    /// The address of older history.
    package var olderHistory: String?
    /// Names the settings that the form shows.
    package var version: String
    /// Name, scope, events.
    package var fields: [TextField]
    /// The other settings of the service.
    package var settings: [TextField]
    /// Those of them that are on or off.
    package var checks: [CheckField]
    /// A Boolean value that indicates whether private content is published.
    package var allowsPrivate: Bool
    /// The faults of those settings.
    package var privateError: String?
    /// The people who may manage it.
    package var owners: [OwnerRow]
    /// The form that adds an owner: person or group.
    package var ownerKind: SelectField
    /// The form that adds an owner: the name.
    package var ownerName: TextField
    /// The name once more, where nobody can tell whether there is such an account.
    package var ownerAgain: TextField?
    /// The secret.
    package var secret: SecretState?
    /// The form that deletes it: its name.
    package var deleteName: TextField

    package init(
        crumbs: [PageLink], path: String, service: ServiceBadge, name: String, scope: String? = nil, state: StatePill,
        isEnabled: Bool, notices: [Notice] = [], rename: ScopeOffer? = nil, problem: String? = nil, url: CopyField,
        accepted: String,
        withheld: String, refused: String, canTest: Bool = true, waiting: WaitingCard? = nil,
        deliveryFilters: [PageLink] = [], hasDeliveries: Bool, deliveries: [DeliveryRow],
        preview: MessagePreview? = nil, history: [HistoryRow], olderHistory: String? = nil, version: String = "",
        fields: [TextField], settings: [TextField] = [], checks: [CheckField] = [], allowsPrivate: Bool = false,
        owners: [OwnerRow], ownerKind: SelectField, ownerName: TextField, ownerAgain: TextField? = nil,
        secret: SecretState? = nil, deleteName: TextField
    ) {
        self.crumbs = crumbs
        self.path = path
        self.service = service
        self.name = name
        self.scope = scope
        self.state = state
        self.isEnabled = isEnabled
        self.notices = notices
        self.rename = rename
        self.problem = problem
        self.url = url
        self.accepted = accepted
        self.withheld = withheld
        self.refused = refused
        self.canTest = canTest
        self.waiting = waiting
        self.deliveryFilters = deliveryFilters
        self.hasDeliveries = hasDeliveries
        self.deliveries = deliveries
        self.preview = preview
        self.history = history
        self.olderHistory = olderHistory
        self.version = version
        self.fields = fields
        self.settings = settings
        self.checks = checks
        self.allowsPrivate = allowsPrivate
        self.owners = owners
        self.ownerKind = ownerKind
        self.ownerName = ownerName
        self.ownerAgain = ownerAgain
        self.secret = secret
        self.deleteName = deleteName
    }

    /// A scope that would let the last deliveries through.
    package struct ScopeOffer: Sendable {
        /// The repository that they are of.
        package var repository: String
        /// The token's scope.
        package var scope: String
        /// The scope to change it to.
        package var newScope: String

        package init(repository: String, scope: String, newScope: String) {
            self.repository = repository
            self.scope = scope
            self.newScope = newScope
        }
    }

    /// The text about a secret that cannot be shown.
    package struct SecretState: Sendable {
        /// Names the secrets that the form replaces.
        package var version: String
        /// Since when it is.
        package var since: Moment
        /// When it was first used, if it was.
        package var firstUsed: Moment?
        /// A Boolean value that indicates whether it replaced another, and was not used yet.
        package var isUnused: Bool
        /// Until when former ones work.
        package var formerUntil: [Moment]
        /// The time that the present one is to work on.
        package var grace: SelectField
        /// A secret that someone brings.
        package var ownSecret: TextField
        /// A Boolean value that indicates whether there is no secret but one that someone brings.
        package var isOwnSecretNeeded: Bool
        /// A Boolean value that indicates whether the part that it is in is open.
        package var isOwnSecretOpen: Bool
        /// The steps at the service.
        package var steps: [String]

        package init(
            version: String = "", since: Moment, firstUsed: Moment? = nil, isUnused: Bool = false,
            formerUntil: [Moment], grace: SelectField, ownSecret: TextField, isOwnSecretNeeded: Bool = false,
            isOwnSecretOpen: Bool = false, steps: [String] = []
        ) {
            self.version = version
            self.since = since
            self.firstUsed = firstUsed
            self.isUnused = isUnused
            self.formerUntil = formerUntil
            self.grace = grace
            self.ownSecret = ownSecret
            self.isOwnSecretNeeded = isOwnSecretNeeded
            self.isOwnSecretOpen = isOwnSecretOpen
            self.steps = steps
        }
    }
}
