/// `/tokens/new?service=…`: the form.
package struct NewTokenPage: PageContent {
    package static let template = "newtoken"

    package var title: String { "New token for \(service.title)" }

    /// The way back.
    package var crumbs: [PageLink]
    /// The service.
    package var service: ServiceBadge
    /// The next step.
    package var lead: String
    /// The steps at the service to take first, where it makes the secret.
    package var guide: SetupSteps?
    /// The fault of the input.
    package var problem: String?
    /// Name, scope, events.
    package var fields: [TextField]
    /// The other settings of the service.
    package var settings: [TextField]
    /// Those of them that are on or off.
    package var checks: [CheckField]
    /// A Boolean value that indicates whether private content is published.
    package var allowsPrivate: Bool
    /// The faults of those settings: nothing, as long as nobody else can have changed it.
    package let privateError: String? = nil
    /// A secret that someone brings, where that is a choice.
    package var ownSecret: TextField?
    /// A Boolean value that indicates whether that is open.
    package var isOwnSecretOpen: Bool

    package init(
        crumbs: [PageLink], service: ServiceBadge, lead: String = "", guide: SetupSteps? = nil, problem: String? = nil,
        fields: [TextField], settings: [TextField] = [], checks: [CheckField] = [], allowsPrivate: Bool = false,
        ownSecret: TextField? = nil, isOwnSecretOpen: Bool = false
    ) {
        self.crumbs = crumbs
        self.service = service
        self.lead = lead
        self.guide = guide
        self.problem = problem
        self.fields = fields
        self.settings = settings
        self.checks = checks
        self.allowsPrivate = allowsPrivate
        self.ownSecret = ownSecret
        self.isOwnSecretOpen = isOwnSecretOpen
    }
}
