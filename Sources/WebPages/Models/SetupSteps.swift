/// The steps at a service.
package struct SetupSteps: Sendable {
    /// The display name of the service.
    package var serviceTitle: String
    /// The places at which webhooks are set up.
    package var places: [Place]
    /// The steps, in order.
    package var steps: [String]
    /// The fields to fill in.
    package var fields: [Field]
    /// The events to choose.
    package var events: String?
    /// Other remarks.
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

    /// The place at which webhooks are set up.
    package struct Place: Sendable {
        /// The kind of place.
        package var title: String
        /// The links to click, in turn.
        package var path: [String]
        /// The page's address, its variable parts in capitals.
        package var address: String?

        package init(title: String, path: [String], address: String? = nil) {
            self.title = title
            self.path = path
            self.address = address
        }
    }

    /// The content of a field of the service's form.
    package struct Field: Sendable {
        /// The name of the field in the form.
        package var label: String
        /// The content of the field.
        package var value: String
        /// A Boolean value that indicates whether that is to be taken as it is, and not the name of something on this
        /// page.
        package var isLiteral: Bool

        package init(label: String, value: String, isLiteral: Bool) {
            self.label = label
            self.value = value
            self.isLiteral = isLiteral
        }
    }
}
