/// `/tokens/<id>/setup`: what to do at the service, once more.
package struct SetupPage: PageContent {
    package static let template = "setup"

    /// The page's title.
    package var title: String
    /// The way back.
    package var crumbs: [PageLink]
    /// The service.
    package var service: ServiceBadge
    /// The token's name.
    package var name: String
    /// The address.
    package var url: CopyField
    /// A Boolean value that indicates whether a secret goes with it.
    package var hasSecret: Bool
    /// The steps at the service.
    package var guide: SetupSteps
    /// The token's page.
    package var path: String

    package init(
        title: String, crumbs: [PageLink], service: ServiceBadge, name: String, url: CopyField, hasSecret: Bool = true,
        guide: SetupSteps,
        path: String
    ) {
        self.title = title
        self.crumbs = crumbs
        self.service = service
        self.name = name
        self.url = url
        self.hasSecret = hasSecret
        self.guide = guide
        self.path = path
    }
}
