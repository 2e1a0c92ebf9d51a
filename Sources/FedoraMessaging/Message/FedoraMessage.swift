/// One Fedora message, as the bus carries it: what fedora-messaging's `Message` class holds, without the broker's part.
///
/// Nothing is validated here but lengths: the body is whatever JSON object the caller built.
public struct FedoraMessage: Sendable {
    /// The message id: a lower-case UUID with dashes. The same delivery always has the same one (``MessageIdentifier``).
    public var id: String
    /// The topic without the site's prefix, for example `github.push`.
    public var topic: String
    /// The schema's entry point, for example `webhook_to_fedora_messaging.github.message_v1`.
    public var schema: String
    /// The Python distribution that has the schema, with underscores: consumers who lack it are told its name.
    public var schemaPackage: String
    /// 10 debug, 20 info, 30 warning, 40 error; consumers drop messages with any other number.
    public var severity: Int32
    /// When the delivery was first received (``SentAt``): part of the archive's notion of a duplicate.
    public var sentAt: String
    /// The Fedora accounts this is about. Each becomes a header that consumers filter by.
    public var usernames: [String]
    /// Headers of our own, after those of the library; each name at most once, and none of the library's.
    public var ownHeaders: [(name: String, value: String)]
    /// The body: the bytes of one JSON object in UTF-8, without a byte order mark.
    public var body: [UInt8]

    /// A message of these parts.
    public init(
        id: String,
        topic: String,
        schema: String,
        schemaPackage: String,
        severity: Int32 = 20,
        sentAt: String,
        usernames: [String] = [],
        ownHeaders: [(name: String, value: String)] = [],
        body: [UInt8]
    ) {
        self.id = id
        self.topic = topic
        self.schema = schema
        self.schemaPackage = schemaPackage
        self.severity = severity
        self.sentAt = sentAt
        self.usernames = usernames
        self.ownHeaders = ownHeaders
        self.body = body
    }
}
