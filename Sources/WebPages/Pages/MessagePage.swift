/// A sentence and a way on: errors, a failed login, a goodbye.
package struct MessagePage: PageContent {
    package static let template = "message"

    /// The page's title.
    package var title: String
    /// The status, if it is an error.
    package var code: String?
    /// The event, in a sentence.
    package var text: String
    /// The advice.
    package var advice: [String]
    /// Ways on.
    package var ways: [PageLink]
    /// A form to go on with.
    package var followUp: FollowUpForm?
    /// The request, for whoever is asked for help.
    package var requestID: String?

    package init(
        title: String, code: String? = nil, text: String, advice: [String] = [], ways: [PageLink],
        followUp: FollowUpForm? = nil, requestID: String? = nil
    ) {
        self.title = title
        self.code = code
        self.text = text
        self.advice = advice
        self.ways = ways
        self.followUp = followUp
        self.requestID = requestID
    }
}

/// A form that is sent once more: one that came to nothing through no fault of who sent it, or one that asks whether it was
/// meant.
package struct FollowUpForm: Sendable {
    /// A field.
    package struct Hidden: Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The address of the form.
    package var action: String
    /// A Boolean value that indicates whether it is a new form of this session, and not one that already has what a
    /// session's forms carry.
    package var isNew: Bool
    /// The fields that are sent again as they were.
    package var hidden: [Hidden]
    /// A secret, which is typed again and never sent back to a page.
    package var secret: TextField?
    /// The label of the button.
    package var button: String
    /// A Boolean value that indicates whether that cannot be undone.
    package var isDestructive: Bool

    package init(
        action: String, isNew: Bool, hidden: [Hidden], secret: TextField? = nil, button: String = "Try again",
        isDestructive: Bool = false
    ) {
        self.action = action
        self.isNew = isNew
        self.hidden = hidden
        self.secret = secret
        self.button = button
        self.isDestructive = isDestructive
    }
}
