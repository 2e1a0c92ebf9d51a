/// Shows a secret, this once: after a token was made, or got another.
package struct SecretPage: PageContent {
    package static let template = "secret"

    /// The page's title.
    package var title: String
    /// The way back.
    package var crumbs: [PageLink]
    /// The service.
    package var service: ServiceBadge
    /// The event, in a sentence.
    package var heading: String
    /// The next step.
    package var lead: String
    /// The labels of the address and, where there is one, the secret.
    package var credentials: String
    /// The address.
    package var url: CopyField
    /// Address and secret in one, for services that take it so.
    package var urlWithSecret: CopyField?
    /// The secret.
    package var secret: CopyField?
    /// The text where there is none to show.
    package var noSecret: String?
    /// Until when former secrets work.
    package var formerUntil: [Moment]
    /// Watches for the first delivery.
    package var waiting: WaitingCard?
    /// The steps at the service.
    package var guide: SetupSteps?
    /// A command that sends a test event; empty for none.
    package var test: [CodePart]
    /// Remarks about the steps.
    package var testNote: String?
    /// The token's page.
    package var tokenURL: String

    package init(
        title: String, credentials: String = "URL and secret", crumbs: [PageLink], service: ServiceBadge,
        heading: String, lead: String, url: CopyField,
        urlWithSecret: CopyField? = nil, secret: CopyField? = nil, noSecret: String? = nil,
        formerUntil: [Moment] = [], waiting: WaitingCard? = nil, guide: SetupSteps? = nil, test: [CodePart] = [],
        testNote: String? = nil, tokenURL: String
    ) {
        self.title = title
        self.crumbs = crumbs
        self.service = service
        self.heading = heading
        self.lead = lead
        self.credentials = credentials
        self.url = url
        self.urlWithSecret = urlWithSecret
        self.secret = secret
        self.noSecret = noSecret
        self.formerUntil = formerUntil
        self.waiting = waiting
        self.guide = guide
        self.test = test
        self.testNote = testNote
        self.tokenURL = tokenURL
    }
}
