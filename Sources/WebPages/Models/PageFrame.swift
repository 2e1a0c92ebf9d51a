/// What every page has around its content.
package struct PageFrame: Sendable {
    /// Who looks at it; `nil` if nobody is logged in.
    package var viewer: Viewer?
    /// The value that forms must send along.
    package var csrf: String
    /// The one-time key that forms must send along: each acts once.
    package var once: String
    /// What was just done.
    package var flash: Notice?
    /// Which part of the site it is.
    package var section: Section
    /// Where the login is, from this page; `nil` if there is none.
    package var loginURL: String?
    /// Whether anybody can log in as anyone.
    package var isDevelopment: Bool
    /// Whether search engines may list it.
    package var isIndexed: Bool
    /// Whether a form on it has errors: the title says so first.
    package var hasErrors: Bool
    /// The server's version.
    package var version: String
    /// Links at the bottom.
    package var links: [PageLink]

    package init(
        viewer: Viewer? = nil, csrf: String = "", once: String = "", flash: Notice? = nil,
        section: Section = .other, loginURL: String? = nil, isDevelopment: Bool = false, isIndexed: Bool = false,
        hasErrors: Bool = false,
        version: String = "", links: [PageLink] = []
    ) {
        self.viewer = viewer
        self.csrf = csrf
        self.once = once
        self.flash = flash
        self.section = section
        self.loginURL = loginURL
        self.isDevelopment = isDevelopment
        self.isIndexed = isIndexed
        self.hasErrors = hasErrors
        self.version = version
        self.links = links
    }

    /// A part of the site, for the navigation.
    package enum Section: String, Sendable {
        case home, tokens, account, admin, other
    }
}
