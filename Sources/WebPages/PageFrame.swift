/// The layout around the content of a page.
package struct PageFrame: Sendable {
    /// The person who is logged in; `nil` if nobody is.
    package var viewer: Viewer?
    /// The CSRF token that forms send along.
    package var csrf: String
    /// The one-time key that forms send along, so that each acts once.
    package var once: String
    /// The message about the last action.
    package var flash: Alert?
    /// The current section of the site.
    package var section: Section
    /// The address of the login from this page; `nil` if there is none.
    package var loginURL: String?
    /// A Boolean value that indicates whether anybody can log in as anyone.
    package var isDevelopment: Bool
    /// A Boolean value that indicates whether search engines may list it.
    package var isIndexed: Bool
    /// A Boolean value that indicates whether a form on it has errors: the title says so first.
    package var hasErrors: Bool
    /// The server's version.
    package var version: String
    /// Links at the bottom.
    package var links: [PageLink]

    package init(
        viewer: Viewer? = nil, csrf: String = "", once: String = "", flash: Alert? = nil,
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

/// The person who is logged in, as the layout shows them.
package struct Viewer: Sendable {
    /// The account's name.
    package var name: String
    /// A Boolean value that indicates whether the administration is shown.
    package var isAdmin: Bool

    package init(name: String, isAdmin: Bool = false) {
        self.name = name
        self.isAdmin = isAdmin
        initial = String(name.prefix(1))
    }

    /// The initial in a small circle.
    private let initial: String
}

/// A message with its severity.
package struct Alert: Sendable {
    /// Its weight.
    package var kind: Kind
    package var text: String

    package init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }

    package enum Kind: String, Sendable {
        case success, info, warning, error
    }
}

/// A link.
package struct PageLink: Sendable {
    /// The target.
    package var url: String
    /// The text.
    package var text: String
    /// A Boolean value that indicates whether it leads to the current page.
    package var isCurrent: Bool
    /// A Boolean value that indicates whether it is the main one.
    package var isPrimary: Bool

    package init(url: String, text: String, isCurrent: Bool = false, isPrimary: Bool = false) {
        self.url = url
        self.text = text
        self.isCurrent = isCurrent
        self.isPrimary = isPrimary
    }
}
