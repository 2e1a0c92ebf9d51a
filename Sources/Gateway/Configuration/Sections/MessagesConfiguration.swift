import WebhookServices

/// `[messages]`: what goes into messages beyond the payload.
public struct MessagesConfiguration: ConfigurationSection {
    /// The messages that may go out although the published classes cannot digest them.
    public var ownClasses = OwnClasses.never
    /// A Boolean value that indicates whether messages say who owns their token, and its scope.
    public var provenance = false

    /// The defaults.
    public init() {}

    static let documentation = ["What the messages are made of, besides the payload."]

    static let keys = [
        key(
            "own_classes", \.ownClasses, .choice,
            "What becomes of a message that the published Python class of its schema raises on: with \"never\" it names "
                + "nobody, or is withheld if that does not help (unsafe_for_consumers); with \"needed\" it goes out under "
                + "a class of webhook2fedmsg-messages. For consumers without that package such a message is no "
                + "notification at all, so install it in theirs first: datanommer, FMN, badges."),
        key(
            "provenance", \.provenance, .boolean,
            "Whether messages name the owners of the token that they came by, and its scope, in the headers "
                + "webhook2fedmsg_owner and webhook2fedmsg_scope. Fedora's archive keeps them for ever. The header "
                + "webhook2fedmsg_token, by which administrators find the token, is there either way."),
    ]
}
