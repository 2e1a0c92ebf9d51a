/// What to do at a service.
package struct SetupSteps: Sendable {
    /// What people call the service.
    package var serviceTitle: String
    /// Where.
    package var places: [Place]
    /// What to do, in order.
    package var steps: [String]
    /// What to enter.
    package var fields: [Field]
    /// Which events to choose.
    package var events: String?
    /// What else to know.
    package var notes: [String]
    /// The service's own page on it.
    package var reference: String?

    package init(
        serviceTitle: String, places: [Place], steps: [String], fields: [Field], events: String?, notes: [String] = [],
        reference: String? = nil
    ) {
        self.serviceTitle = serviceTitle
        self.places = places
        self.steps = steps
        self.fields = fields
        self.events = events
        self.notes = notes
        self.reference = reference
    }

    /// Where webhooks are set up.
    package struct Place: Sendable {
        /// What it is for.
        package var title: String
        /// What to click, in turn.
        package var path: [String]
        /// The page's address, its variable parts in capitals.
        package var address: String?

        package init(title: String, path: [String], address: String? = nil) {
            self.title = title
            self.path = path
            self.address = address
        }
    }

    /// What goes into a field of the service's form.
    package struct Field: Sendable {
        /// What the form calls it.
        package var label: String
        /// What goes there.
        package var value: String
        /// Whether that is to be taken as it is, and not the name of something on this page.
        package var isLiteral: Bool

        package init(label: String, value: String, isLiteral: Bool) {
            self.label = label
            self.value = value
            self.isLiteral = isLiteral
        }
    }
}
