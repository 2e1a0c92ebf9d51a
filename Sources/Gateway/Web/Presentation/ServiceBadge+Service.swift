import WebPages
import WebhookServices

extension ServiceBadge {
    private static let known: [String: (letters: String, tone: Int)] = [
        "github": ("GH", 0), "gitlab": ("GL", 1), "forgejo": ("Fj", 2), "discourse": ("Di", 3), "gitea": ("Ge", 4),
        "pretix": ("Px", 5), "bitbucket": ("Bb", 4), "bitbucket-server": ("BD", 4), "pagure": ("Pa", 7),
        "standard": ("SW", 6), "weblate": ("We", 3), "sentry": ("Se", 5), "quay": ("Qu", 1), "dockerhub": ("DH", 4),
    ]

    /// Of a service; of one that was taken out of the program, too.
    init(name: String, title: String) {
        let letters = title.filter { $0.isLetter || $0.isNumber }.prefix(2)
        let known = Self.known[name]
        self.init(
            name: name, title: title, letters: known?.letters ?? (letters.isEmpty ? "?" : String(letters)),
            // The same name has the same colour, on every replica and after every restart.
            tone: known?.tone ?? Int(name.utf8.reduce(UInt(7)) { ($0 &* 31) &+ UInt($1) } % 8))
    }

    /// Of a service.
    init(_ service: any WebhookService) {
        self.init(name: service.name, title: service.title)
    }
}
