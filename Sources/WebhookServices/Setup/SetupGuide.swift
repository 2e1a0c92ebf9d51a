import Encodings

/// The steps at a service that make its webhooks come here: for the token's page, for `GET /<service>`, and for the
/// manual. Plain text in English; names of buttons and fields as they stand on the service's page.
public struct SetupGuide: Sendable, Hashable {
    /// The place at which webhooks are set up: for one repository, for a whole organization.
    public struct Place: Sendable, Hashable {
        /// The kind of place: "A repository".
        public var title: String
        /// The links to click, in turn.
        public var path: [String]
        /// The page's address with its variable parts in capitals; `nil` where the instance's address is not known.
        public var address: String?

        /// A place.
        public init(_ title: String, path: [String], address: String? = nil) {
            self.title = title
            self.path = path
            self.address = address
        }
    }

    /// A field of the service's form, and what goes there.
    public struct Field: Sendable, Hashable {
        /// The name of the field in the form.
        public var label: String
        /// The content of the field.
        public var value: Value

        /// A field.
        public init(_ label: String, _ value: Value) {
            self.label = label
            self.value = value
        }
    }

    /// The content of a field.
    public enum Value: Sendable, Hashable {
        /// The token's URL.
        case url
        /// The token's URL with the secret in it as a password: `https://webhook:SECRET@host/…`.
        case urlWithSecret
        /// The token's secret.
        case secret
        /// One of the choices that the form offers, or a text.
        case text(String)
    }

    /// The kinds of events that the service sends, in a few words: "Pushes, pull requests, releases".
    public var summary: String?
    /// The places, the usual one first.
    public var places: [Place]
    /// The steps, in order; to be numbered.
    public var steps: [String]
    /// The form's fields that matter, in their order there.
    public var fields: [Field]
    /// The content type to choose; `nil` where there is no choice.
    public var contentType: String?
    /// The events to choose.
    public var events: String
    /// Other remarks.
    public var notes: [String]
    /// The service's own page on it.
    public var reference: String?
    /// The steps, in order, when the secret is replaced by another: the webhook is there already.
    public var rotation: [String]

    /// Instructions.
    public init(
        summary: String? = nil, places: [Place], steps: [String], fields: [Field], contentType: String? = nil,
        events: String,
        notes: [String] = [], reference: String? = nil, rotation: [String]? = nil
    ) {
        self.summary = summary
        self.places = places
        self.steps = steps
        self.fields = fields
        self.contentType = contentType
        self.events = events
        self.notes = notes
        self.reference = reference
        let field = fields.first { $0.value == .secret }?.label
        self.rotation =
            rotation ?? [
                "Open the webhooks page, and edit the webhook with the URL above. Don’t add a new one.",
                "Replace the value of \(field.map { "“\($0)”" } ?? "the secret field") with the new secret, and save.",
            ]
    }

    /// A token's URL with its secret as the password in it, percent-encoded; the URL itself if it is none with `://`.
    public static func urlWithSecret(_ url: String, secret: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        return url[..<scheme.upperBound] + "webhook:" + PercentEncoding.encode(secret) + "@" + url[scheme.upperBound...]
    }
}
