import Encodings

/// The content of a webhook, ready to become a message.
public struct WebhookEvent: Sendable {
    /// The layout of payload and headers in the message's body.
    public enum Envelope: Sendable, Hashable {
        /// `{"body": …, "headers": …, "agent": …}`.
        case standard
        /// `{"webhook_body": …, "webhook_headers": …}`, without an agent.
        case discourse
    }

    /// The topic without the broker's prefix: `github.push`.
    public var topic: String
    /// The name that filters match: the event and, where it has one, its action. `push`, `pull_request.opened`. In the
    /// characters of a topic.
    public var name: String
    /// The reason why it should not reach the public bus; `nil` if nothing speaks against it.
    public var privateContent: PrivateContent?
    /// The path that the message's schema requires and the payload lacks; `nil` if it has everything. Such an event
    /// cannot be published.
    public var missingMember: String?
    /// The fault of the published class of the message's schema with it; `nil` if it digests it.
    public var consumerHazard: ConsumerHazard?
    /// A Boolean value that indicates whether the message is to name nobody, whoever did it.
    public private(set) var namesNobody = false
    /// The Fedora account that caused it, in the message's body; `nil` where none is known.
    public var agent: String?
    /// The account at the service that caused it: what the Fedora account is to be looked up by. `nil` where the
    /// payload names nobody, or a machine.
    public var sender: String?
    /// The name that a token's scope is compared with: the repository's full name, or its owner for an event of a whole
    /// organisation. `nil` where the payload names neither, and where nobody asked.
    public var repository: String?
    /// The Fedora accounts concerned: one `fedora_messaging_user_…` header each.
    public var usernames: [String]
    /// A value that is unique to this delivery among those of its token and stays the same when it is sent again; `nil`
    /// where the sender gave nothing of the kind.
    public var deliveryID: [UInt8]?
    /// XXH3-128 of the payload as it came: what tells it from another under the same delivery id. Nothing where there is
    /// no delivery id.
    public internal(set) var payloadDigest: [UInt8] = []
    /// The headers in the message's body, in their order there.
    public var headers: [(name: String, value: String)]
    /// The payload's bytes as they came, without what must not go out: one or more pieces that follow each other.
    public var payload: [ArraySlice<UInt8>]
    /// The layout of those two in the message's body.
    public var envelope: Envelope

    /// An event.
    public init(
        topic: String,
        name: String,
        privateContent: PrivateContent? = nil,
        missingMember: String? = nil,
        agent: String? = nil,
        sender: String? = nil,
        usernames: [String] = [],
        deliveryID: [UInt8]?,
        headers: [(name: String, value: String)],
        payload: [ArraySlice<UInt8>],
        envelope: Envelope = .standard
    ) {
        self.topic = topic
        self.name = name
        self.privateContent = privateContent
        self.missingMember = missingMember
        self.agent = agent
        self.sender = sender
        self.usernames = usernames
        self.deliveryID = deliveryID
        self.headers = headers
        self.payload = payload
        self.envelope = envelope
    }

    /// Names the Fedora account that caused the event, once it is known. In a standard envelope that account is also
    /// the one concerned.
    public mutating func attribute(to account: String?) {
        guard !namesNobody, account.map(IndexedName.isUsable) != false else { return }
        agent = account
        if envelope == .standard { usernames = account.map { [$0] } ?? [] }
    }

    /// Forgets the names that nobody could index.
    mutating func dropUnusableNames() {
        if let name = agent, !IndexedName.isUsable(name) { agent = nil }
        if let name = sender, !IndexedName.isUsable(name) { sender = nil }
        usernames.removeAll { !IndexedName.isUsable($0) }
    }

    /// Takes out who did it and whom it concerns, as far as that stands in the envelope and in headers, once and for all.
    public mutating func nameNobody() {
        agent = nil
        usernames = []
        namesNobody = true
    }
}

/// A fault of the published Python class of a message with the payload at hand, beyond its long text.
///
/// The class is that of `webhook-to-fedora-messaging-messages` 1.5.0, and its headers are those that the server makes.
/// `str()` is not asked: it fails on more, and hardly anybody calls it.
public enum ConsumerHazard: Sendable, Hashable {
    /// `summary` raises for want of the member. It is asked for the people that a message names: one that names nobody
    /// goes by unnoticed.
    case summary(member: String)
    /// `agent_name` or `usernames` raises, or returns what is no name, for want of the member or because of its shape.
    case names(member: String)
    /// The same, for a name that is there and that nobody could index.
    case unusableName(member: String)
    /// `validate` fails because of the member.
    case schema(member: String)
}

extension WebhookEvent {
    /// The body of the message: the envelope around the payload's bytes, which are not touched.
    public func messageBody() -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(capacityNeeded)
        switch envelope {
        case .standard:
            appendPayloadAndHeaders(to: &body, names: ("{\"body\": ", ", \"headers\": "))
            body.append(contentsOf: ", \"agent\": ".utf8)
            if let agent {
                JSONText.append(agent, to: &body)
            } else {
                body.append(contentsOf: "null".utf8)
            }
        case .discourse:
            appendPayloadAndHeaders(to: &body, names: ("{\"webhook_body\": ", ", \"webhook_headers\": "))
        }
        body.append(UInt8(ascii: "}"))
        return body
    }

    private func appendPayloadAndHeaders(to body: inout [UInt8], names: (StaticString, StaticString)) {
        body.append(names.0)
        for piece in payload { body.append(contentsOf: piece) }
        body.append(names.1)
        var separator: StaticString = "{"
        for header in headers {
            body.append(separator)
            JSONText.append(header.name, to: &body)
            body.append(": ")
            JSONText.append(header.value, to: &body)
            separator = ", "
        }
        body.append(headers.isEmpty ? "{}" : "}")
    }

    /// Enough for everything unless there are many escapes.
    private var capacityNeeded: Int {
        let texts = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 }
        return payload.reduce(64 + texts + (agent?.utf8.count ?? 0)) { $0 + $1.count }
    }
}

extension Array where Element == UInt8 {
    fileprivate mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }
}

/// A name that consumers index: an account, in a message's headers or wherever a message's class takes it from.
///
/// datanommer stops at one with a NUL, with half a surrogate pair or above 2,704 bytes, and its message is delivered
/// again and again; header names are AMQP short strings.
public enum IndexedName {
    /// The most bytes of an account's name: `fedora_messaging_user_` and it share a short string of 255 bytes.
    public static let maxBytes = 233

    /// A Boolean value that indicates whether the name is text, without control characters, and fits a header's name.
    ///
    /// No account has an `@`: that is somebody's address, which is not published. U+FFFD stands for what is no text (half a surrogate pair, a broken byte), so a name with it is not usable either.
    public static func isUsable(_ name: String) -> Bool {
        let bytes = name.utf8
        guard !bytes.isEmpty, bytes.count <= maxBytes else { return false }
        guard !bytes.contains(UInt8(ascii: "@")) else { return false }
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return true }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0xfffd: false
            default: true
            }
        }
    }
}

/// The part of a topic that a sender names (an event).
enum TopicPart {
    /// Bytes that a part may have.
    static let maxBytes = 64

    /// `name` as one or more words of a topic: `[A-Za-z0-9_.-]` stay, each other byte becomes `_`, at most 64 bytes.
    ///
    /// A dot separates words in AMQP, and an empty word matches `#` and `*` in surprising ways; so a dot stays only
    /// between two words and becomes `_` where it would make an empty one (at the start, at the end, after a dot).
    /// Nothing at all is `_`. What comes out is never empty, and the service's own prefix in front of it is never
    /// the sender's to choose: one sender cannot reach another application's topic.
    static func text(_ name: some Collection<UInt8>) -> String {
        var bytes = Array(name.prefix(maxBytes))
        var isWordOpen = false
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: ".") where isWordOpen && index < bytes.count - 1:
                isWordOpen = false
                continue
            case let byte where isWordByte(byte):
                break
            default:
                bytes[index] = UInt8(ascii: "_")
            }
            isWordOpen = true
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }

    /// Returns a Boolean value that indicates whether a word of a topic may have the byte.
    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The name of an event for filters: its part of the topic and, where it has one, its action.
    static func name(_ event: String, action: String?) -> String {
        guard let action, !action.isEmpty else { return event }
        return event + "." + text(action.utf8)
    }
}
