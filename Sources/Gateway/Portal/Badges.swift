import WebhookServices

/// A service as pages show it: its title, and letters on a color in place of its logo.
struct ServiceBadge: Sendable {
    /// Its name in URLs.
    var name: String
    var title: String
    /// Two letters.
    var letters: String
    /// The color, 0 to 7.
    var tone: Int
}

extension ServiceBadge {
    private static let known: [String: (letters: String, tone: Int)] = [
        "github": ("GH", 0), "gitlab": ("GL", 1), "forgejo": ("Fj", 2), "discourse": ("Di", 3), "gitea": ("Ge", 4),
        "pretix": ("Px", 5), "bitbucket": ("Bb", 4), "bitbucket-server": ("BD", 4), "pagure": ("Pa", 7),
        "standard": ("SW", 6), "weblate": ("We", 3), "sentry": ("Se", 5), "quay": ("Qu", 1), "dockerhub": ("DH", 4),
    ]

    /// Creates the badge of a service, which the program need not know any more.
    init(name: String, title: String) {
        let letters = title.filter { $0.isLetter || $0.isNumber }.prefix(2)
        let known = Self.known[name]
        self.init(
            name: name, title: title, letters: known?.letters ?? (letters.isEmpty ? "?" : String(letters)),
            // The same name has the same color, on every replica and after every restart.
            tone: known?.tone ?? Int(name.utf8.reduce(UInt(7)) { ($0 &* 31) &+ UInt($1) } % 8))
    }

    /// Creates the badge of a service.
    init(_ service: any WebhookService) {
        self.init(name: service.name, title: service.title)
    }
}

/// A word on a colored background. The color only repeats what the word says.
struct StatePill: Sendable {
    var text: String
    var tone: Tone

    /// The meaning of a pill.
    enum Tone: String, Sendable {
        case ok, bad, warn, info, off
    }
}

extension StatePill {
    /// Returns the state of a token.
    static func of(_ view: TokenView) -> StatePill {
        if view.token.state == .disabled { return StatePill(text: "Disabled", tone: .off) }
        return view.isServiceOffered
            ? StatePill(text: "Enabled", tone: .ok) : StatePill(text: "Service off", tone: .warn)
    }

    /// Returns the outcome of a delivery.
    static func of(_ outcome: DeliveryOutcome) -> StatePill {
        switch outcome {
        case .published: StatePill(text: "Published", tone: .ok)
        case .repeated: StatePill(text: "Repeated", tone: .info)
        case .withheld: StatePill(text: "Not published", tone: .warn)
        case .refused: StatePill(text: "Refused", tone: .bad)
        }
    }

    /// Returns the outcome of a token's last delivery.
    static func ofLast(_ outcome: TokenActivity.Last) -> StatePill {
        switch outcome {
        case .published: StatePill(text: "Published", tone: .ok)
        case .withheld: StatePill(text: "Not published", tone: .warn)
        case .refused: StatePill(text: "Refused", tone: .bad)
        }
    }
}
