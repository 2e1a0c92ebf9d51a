extension GiteaFamily {
    /// The words of the form's fields and buttons: the same words, in sentence case or each with a capital.
    struct FormLabels: Sendable {
        /// The button that adds a webhook, and that which saves it.
        var add: String
        /// GET or POST.
        var method: String
        /// JSON or a form.
        var contentType: String
        /// The events to choose.
        var trigger: String
        /// Everything.
        var allEvents: String
        /// Some of it.
        var customEvents: String
        /// A header that goes along.
        var authorization: String
        /// The button that sends a push event.
        var test: String

        /// Forgejo's.
        static let forgejo = FormLabels(
            add: "Add webhook", method: "HTTP method", contentType: "POST content type", trigger: "Trigger on",
            allEvents: "All events", customEvents: "Custom events…", authorization: "Authorization header",
            test: "\"Test delivery\"")
        /// Gitea's.
        static let gitea = FormLabels(
            add: "Add Webhook", method: "HTTP Method", contentType: "POST Content Type", trigger: "Trigger On",
            allEvents: "All Events", customEvents: "Custom Events…", authorization: "Authorization Header",
            test: "\"Test Push Event\" (\"Test Delivery\" in older versions)")
    }

    /// The steps at such a system.
    ///
    /// - Parameters:
    ///   - title: What people call it; also the type of webhook to choose.
    ///   - path: What it is called in the addresses of its pages.
    ///   - reference: Its own page on webhooks.
    func setup(title: String, path: String, labels: FormLabels, reference: String) -> SetupGuide {
        let clicks = ["Settings", "Webhooks", labels.add, title]
        let page = "settings/hooks/\(path)/new"
        return SetupGuide(
            places: [
                .init("A repository", path: clicks, address: "https://INSTANCE/OWNER/REPOSITORY/\(page)"),
                .init(
                    "All repositories of an organization", path: clicks,
                    address: "https://INSTANCE/org/ORGANIZATION/\(page)"),
                .init("All your repositories", path: clicks, address: "https://INSTANCE/user/\(page)"),
            ],
            steps: [
                "Open the page, and choose the type \"\(title)\". You need to be an administrator of the repository, or "
                    + "an owner of the organization.",
                "Copy the URL into \"Target URL\".",
                "Leave \"POST\" as \"\(labels.method)\" and \"application/json\" as \"\(labels.contentType)\".",
                "Copy the secret into \"Secret\", and leave \"\(labels.authorization)\" empty.",
                "Choose the events under \"\(labels.trigger)\".",
                "Leave \"Active\" checked, and click \"\(labels.add)\".",
                "\(labels.test) on the webhook's page sends a push event.",
            ],
            fields: [
                .init("Target URL", .url), .init(labels.method, .text("POST")),
                .init(labels.contentType, .text("application/json")), .init("Secret", .secret),
            ],
            contentType: "application/json",
            events: "\"\(labels.allEvents)\", or \"\(labels.customEvents)\" and what you want on the bus.",
            notes: [
                "What a private repository sends, or one whose owner is not visible to everybody, is not published "
                    + "unless you allow it here.",
                "Whether certificates are verified is set for the whole instance and not for a webhook.",
            ],
            reference: reference,
            rotation: [
                "Open the page, and click the pencil beside the webhook with the URL above. There is no need to add another.",
                "Replace what is in \"Secret\" by the new secret.",
                "Click \"Update webhook\".",
            ])
    }
}
