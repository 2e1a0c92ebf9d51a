import FedoraMessaging
import WebhookServices

/// `[services.NAME]`: a service that signs by HMAC.
public struct GenericServiceConfiguration: ConfigurationSection {
    enum Algorithm: String, CaseIterable, Sendable {
        case sha256 = "hmac-sha256"
        case sha384 = "hmac-sha384"
        case sha512 = "hmac-sha512"
    }

    enum Encoding: String, CaseIterable, Sendable {
        case hex, base64
    }

    enum SecretForm: String, CaseIterable, Sendable {
        case plain, hex, base64
        case standardWebhooks = "standard-webhooks"
    }

    enum TimestampUnit: String, CaseIterable, Sendable {
        case seconds, milliseconds
    }

    /// The display name; empty is the section's name.
    var title = ""
    /// The header of the signature.
    var signatureHeader = ""
    /// The header's content before the signature.
    var prefix = ""
    /// The encoding of the signature.
    var encoding = Encoding.hex
    /// The algorithm of the signature.
    var algorithm = Algorithm.sha256
    /// The signed parts, in turn.
    var signed = ["body"]
    /// The separator of several signatures.
    var listSeparator = ""
    /// The form in which the secret encodes the key.
    var secretEncoding = SecretForm.plain
    /// The header that says when it was signed.
    var timestampHeader = ""
    /// The unit of the time stamp.
    var timestampUnit = TimestampUnit.seconds
    /// The tolerance of the time stamp.
    var timestampTolerance = Duration.seconds(300)
    /// The place of the event.
    var event = ""
    /// The place of the delivery's id.
    var deliveryID = ""
    /// The place of the repository.
    var repository = ""
    /// The place of the mark that something is private.
    var isPrivate = ""
    /// Headers to publish.
    var headers: [String] = []

    /// The defaults.
    public init() {}

    static let documentation = [
        "A service of your own that signs by HMAC, under a name of your choice (a-z, 0-9, \"-\"): it takes webhooks at",
        "/<name>/…, and publishes under webhook.<name>.<event>. As many as you like; only this file can set them up, and",
        "no environment variable. What its messages hold and how it signs is the service's to say: see its manual.",
    ]

    static let keys = [
        key("title", \.title, .string(), example: "\"Example\"", "What people call it; by default, its name here."),
        key(
            "signature_header", \.signatureHeader, .string("the name of a header", emptyAllowed: false),
            example: "\"X-Example-Signature\"", "The header that holds the signature; required."),
        key("prefix", \.prefix, .string(), example: "\"sha256=\"", "What stands in that header before the signature."),
        key("encoding", \.encoding, .choice, "How the signature is written: hex or base64."),
        key("algorithm", \.algorithm, .choice, "How it is made: hmac-sha256, hmac-sha384 or hmac-sha512."),
        key(
            "signed", \.signed, .names("a list of \"body\", \"timestamp\", \"header:NAME\" and \"literal:TEXT\""),
            example: "[\"timestamp\", \"literal:.\", \"body\"]",
            "What is signed, one part after the other: \"body\", \"timestamp\" (the content of timestamp_header), "
                + "\"header:NAME\", \"literal:TEXT\"."),
        key(
            "list_separator", \.listSeparator, .string("one character, or none"),
            "What stands between several signatures in the header, of which one has to be right; empty: there is one."),
        key(
            "secret_encoding", \.secretEncoding, .choice,
            "How a token's secret stands for the key: plain (its own bytes), hex, base64, or standard-webhooks (base64 "
                + "after \"whsec_\")."),
        key(
            "timestamp_header", \.timestampHeader, .string(), example: "\"X-Example-Timestamp\"",
            "The header that says when it was signed, an integer since 1970; it must be among the signed parts."),
        key("timestamp_unit", \.timestampUnit, .choice, "What that counts: seconds or milliseconds."),
        key(
            "timestamp_tolerance", \.timestampTolerance, .duration(.seconds(1) ... .seconds(86_400)),
            "How far that may be from our clock, either way."),
        key(
            "event", \.event, .string("\"header:NAME\" or \"body:PATH\""), example: "\"header:X-Example-Event\"",
            "Where it says what happened: \"header:NAME\", or \"body:PATH\" with object keys joined by dots; else all "
                + "events are called \"received\"."),
        key(
            "delivery_id", \.deliveryID, .string("\"header:NAME\" or \"body:PATH\""),
            example: "\"header:X-Example-Delivery\"",
            "What stays the same when a webhook is sent again, likewise; else the body alone tells."),
        key(
            "repository", \.repository, .string("\"body:PATH\""), example: "\"body:repository.full_name\"",
            "Where the payload names the repository that a token's scope is held against."),
        key(
            "private", \.isPrivate, .string("\"body:PATH\""), example: "\"body:repository.private\"",
            "Where the payload says whether it is about something private: true, or false. Only what says false is published; "
                + "without this path nothing is, unless the token's owner allows it."),
        key(
            "headers", \.headers, .names("a list of names of headers"),
            example: "[\"content-type\", \"x-example-event\"]",
            "The headers that go into the message. Never one with a secret: the bus is public."),
    ]
}
