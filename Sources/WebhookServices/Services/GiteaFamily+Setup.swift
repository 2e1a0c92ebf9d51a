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
            test: "“Test delivery”")
        /// Gitea's.
        static let gitea = FormLabels(
            add: "Add Webhook", method: "HTTP Method", contentType: "POST Content Type", trigger: "Trigger On",
            allEvents: "All Events", customEvents: "Custom Events…", authorization: "Authorization Header",
            test: "“Test Push Event” (“Test Delivery” in older versions)")
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
            summary: "Pushes, pull requests, releases",
            places: [
                .init("A repository", path: clicks, address: "https://INSTANCE/OWNER/REPOSITORY/\(page)"),
                .init(
                    "All repositories of an organization", path: clicks,
                    address: "https://INSTANCE/org/ORGANIZATION/\(page)"),
                .init("All your repositories", path: clicks, address: "https://INSTANCE/user/\(page)"),
            ],
            steps: [
                "Open the page, and choose the type “\(title)”. You need to be an administrator of the repository, or "
                    + "an owner of the organization.",
                "Paste the URL into “Target URL”.",
                "Leave “\(labels.method)” set to “POST” and “\(labels.contentType)” set to “application/json”.",
                "Paste the secret into “Secret”, and leave “\(labels.authorization)” empty.",
                "Select the events under “\(labels.trigger)”.",
                "Leave “Active” checked, and click “\(labels.add)”.",
                "To try it, click \(labels.test) on the webhook’s page. It sends a push event.",
            ],
            fields: [
                .init("Target URL", .url), .init(labels.method, .text("POST")),
                .init(labels.contentType, .text("application/json")), .init("Secret", .secret),
            ],
            contentType: "application/json",
            events: "“\(labels.allEvents)”, or “\(labels.customEvents)” and the events you want.",
            notes: [
                "Events from private repositories, and from repositories whose owner isn’t publicly visible, aren’t "
                    + "published unless you allow it here.",
                "Certificate verification is a setting of the whole instance, not of a webhook.",
            ],
            reference: reference,
            rotation: [
                "Open the page and click the pencil next to the webhook with the URL above. Don’t add a new one.",
                "Replace the value of “Secret” with the new secret.",
                "Click “Update webhook”.",
            ])
    }
}
