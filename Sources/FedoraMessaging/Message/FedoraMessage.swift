import Encodings

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

extension FedoraMessage {
    /// The most bytes an AMQP short string holds: routing keys and header names are such (AMQP 0-9-1, 4.2.5.3).
    fileprivate static let maximumShortString = 255

    /// The prefix of the header for a named account.
    private static let userHeaderPrefix = "fedora_messaging_user_"

    /// The AMQP headers in the order in which the Python library writes them, for a message without a priority.
    public var headers: [(name: String, value: MessageHeaderValue)] { headers(priority: nil) }

    /// The AMQP headers in the order in which the Python library writes them, and after them our own.
    ///
    /// A name whose header would be longer than a short string is left out (sending it would end the connection), and
    /// so is an empty or repeated one, and one with a control character, at which consumers that keep names stop.
    /// - Parameter priority: what `publish_priority` says; mirrored in the header `priority`, 0 where there is none.
    public func headers(priority: UInt8?) -> [(name: String, value: MessageHeaderValue)] {
        var headers: [(name: String, value: MessageHeaderValue)] = []
        headers.reserveCapacity(5 + usernames.count + ownHeaders.count)
        headers.append(("fedora_messaging_schema", .longString(schema)))
        headers.append(("fedora_messaging_schema_package", .longString(schemaPackage)))
        headers.append(("sent-at", .longString(sentAt)))
        headers.append(("fedora_messaging_severity", .int32(severity)))
        headers.append(("priority", .int32(Int32(priority ?? 0))))
        for (index, name) in usernames.enumerated() where isPublishable(name, at: index) {
            headers.append((Self.userHeaderPrefix + name, .bool(true)))
        }
        for header in ownHeaders { headers.append((header.name, .longString(header.value))) }
        return headers
    }

    private func isPublishable(_ name: String, at index: Int) -> Bool {
        !name.isEmpty && Self.userHeaderPrefix.utf8.count + name.utf8.count <= Self.maximumShortString
            && !usernames[..<index].contains(name) && !name.unicodeScalars.contains(where: Self.isControl)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || 0x7f..<0xa0 ~= scalar.value
    }

    /// `<prefix>.<topic>`, or the topic alone where there is no prefix. Dots at the prefix's end are dropped, as the
    /// Python library does.
    /// - Throws: ``FedoraMessageError`` if the key would exceed 255 bytes, or there is no topic.
    public func routingKey(prefix: String) throws(FedoraMessageError) -> String {
        guard !topic.isEmpty else { throw .emptyTopic }
        let key = unboundedRoutingKey(prefix: prefix)
        guard key.utf8.count <= Self.maximumShortString else { throw .routingKeyTooLong(bytes: key.utf8.count) }
        return key
    }

    /// The routing key, however long it is.
    func unboundedRoutingKey(prefix: String) -> String { Self.routingKey(of: topic, prefix: prefix) }

    /// The routing key of a topic, however long it is.
    public static func routingKey(of topic: String, prefix: String) -> String {
        guard let last = prefix.utf8.lastIndex(where: { $0 != UInt8(ascii: ".") }) else { return topic }
        var key = ""
        key.reserveCapacity(prefix.utf8.count + 1 + topic.utf8.count)
        key += prefix[...last]
        key += "."
        key += topic
        return key
    }
}

/// The value of a message's AMQP header, in the types that the Python library sends.
public enum MessageHeaderValue: Sendable, Hashable {
    /// A long string in UTF-8 (type `S`).
    case longString(String)
    /// A signed 32-bit integer (type `I`).
    case int32(Int32)
    /// A boolean (type `t`).
    case bool(Bool)
}

/// The reason why a message can't be put on the bus.
public enum FedoraMessageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The routing key is longer than an AMQP short string can be (255 bytes).
    case routingKeyTooLong(bytes: Int)
    /// The message has no topic.
    case emptyTopic

    /// The fault, in words for a log.
    public var description: String {
        switch self {
        case .routingKeyTooLong(let bytes):
            "the routing key has \(bytes) bytes, and AMQP allows \(FedoraMessage.maximumShortString)"
        case .emptyTopic: "the message has no topic"
        }
    }
}

/// The `sent-at` header: ISO 8601, UTC, whole seconds, `+00:00` and never `Z`, as the Python library writes it.
public enum SentAt {
    /// For example `2026-11-23T17:50:19+00:00`.
    public static func format(secondsSince1970 seconds: Int64) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(25)
        CivilTime(secondsSince1970: seconds).appendISO8601(to: &bytes)
        bytes.append(contentsOf: "+00:00".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The ways to make a message's id.
///
/// A delivery that a service sends again must have the id it had the first time: consumers and the archive know a
/// message by it. So the id is computed from the token, the service's own delivery id and the payload, and is the same at
/// every replica, for ever.
public enum MessageIdentifier {
    /// The namespace of all message ids. It never changes: every id on the bus hangs on it.
    public static let namespace = UUIDValue(high: 0x6F0C_2F0E_5D0B_4C39, low: 0x9A37_1B5F_5A8E_2D74)

    /// The id of a delivery: `UUIDv5(namespace, token ‖ delivery id ‖ digest)`.
    ///
    /// Token and digest have 16 bytes each, so where the delivery id begins and ends is clear.
    /// - Parameters:
    ///   - token: the token's UUID, so that two tokens' deliveries never meet.
    ///   - deliveryID: the bytes of the service's delivery id.
    ///   - digest: the 16 bytes of XXH3-128 of the payload, so that two payloads under one delivery id are two messages.
    public static func make(token: UUIDValue, deliveryID: [UInt8], digest: [UInt8]) -> UUIDValue {
        var name = token.bytes
        name.reserveCapacity(name.count + deliveryID.count + digest.count)
        name.append(contentsOf: deliveryID)
        name.append(contentsOf: digest)
        return UUIDValue(namespace: namespace, name: name)
    }

    /// An id for a message whose service gives its deliveries none.
    public static func random() -> UUIDValue { .random() }
}
