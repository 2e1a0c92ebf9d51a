internal import Cryptography
import Encodings

/// Pretix: nothing is signed. The secret is the password in the URL, which Pretix sends as HTTP Basic (RFC 7617).
///
/// <https://docs.pretix.eu/dev/api/webhooks.html>
public struct PretixService: WebhookService {
    private static let instanceKey = "instance_url"
    private static let outgoing = OutgoingHeaders(["content-type": .optional, "user-agent": .optional])
    /// The members that the schema has a type for, and that may be missing: with null there, consumers drop a message.
    private static let optional: [StaticString] = [
        "type", "orderposition_id", "orderposition_positionid", "checkin_list",
    ]
    /// The redactions without those members that are null: a table for each choice, whose bits are in the index.
    private static let tables = (0..<1 << optional.count).map { choice in
        table(removing: optional.enumerated().filter { choice >> $0.offset & 1 == 1 }.map { "\($0.element)" })
    }

    /// The service.
    public init() {}

    /// `pretix`.
    public var name: String { "pretix" }
    /// Pretix.
    public var title: String { "Pretix" }
    /// `pretix`.
    public var topicRoot: String { name }
    /// The password in the URL.
    public var proof: ProofKind { .sharedSecret }
    /// `PretixMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.pretix.message_v1") }

    /// The address of the instance, which the message has to say and the webhook does not.
    public var settings: [ServiceSetting] {
        [
            ServiceSetting(
                key: Self.instanceKey, title: "Instance URL",
                help: "The address of your Pretix instance. It is part of the published messages.",
                example: "https://rsvp.fedoraproject.org", isRequired: true,
                expectation: "enter the full address, starting with https://", read: Self.address)
        ]
    }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// Any secret but an empty one.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        guard !secret.isEmpty else { throw .empty }
        return PreparedSecret(signingKey: nil, tokenDigest: SHA256.digest(secret))
    }

    /// The password.
    public func presentedSecret(in request: WebhookRequest) -> ArraySlice<UInt8>? {
        guard let value = request.headers.proof("authorization") else { return nil }
        let scheme = value.prefix { $0 != UInt8(ascii: " ") }
        guard String(decoding: scheme, as: UTF8.self).lowercased() == "basic" else { return nil }
        let encoded = value[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
        guard let decoded = Base64.decode(encoded), let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        let password = decoded[(colon + 1)...]
        return password.isEmpty ? nil : password
    }

    /// By the password, whatever the user's name. Hashes are compared, so that not even the secret's length shows in
    /// the time.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        guard request.headers.count(of: "authorization") > 0 else { return .missing }
        guard let password = presentedSecret(in: request) else { return .mismatch }
        let digest = SHA256.digest(password)
        let index = secrets.firstIndex { secret in
            secret.tokenDigest.map { constantTimeEqual($0, digest) } ?? false
        }
        guard let index else { return .mismatch }
        return .verified(index: index)
    }

    /// The secret as a password.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        ["authorization": "Basic " + Base64.encode(Array("webhook:".utf8) + secret)]
    }

    /// `pretix.<action without "pretix.">`. The payload gets what the schema requires and Pretix does not send.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let action = document.string("action") ?? ""
        let name = TopicPart.text((action.hasPrefix("pretix.") ? action.dropFirst("pretix.".count) : action[...]).utf8)
        let instance = request.settings[Self.instanceKey]
        // A check-in that is reverted has no type, for one.
        var absent = 0
        for (bit, key) in Self.optional.enumerated() where document.value(key) == .null { absent |= 1 << bit }
        let judgement = Self.tables[absent].judge(Self.documented(name), document)
        let pieces = judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent)
        return WebhookEvent(
            topic: "pretix." + name,
            name: name,
            privateContent: judgement.privateContent,
            missingMember: instance == nil ? Self.instanceKey : Self.missingMember(in: document),
            deliveryID: Self.deliveryID(in: document, action: action),
            headers: try Self.outgoing.selected(from: request.headers),
            payload: Self.completed(pieces, of: document, instance: instance ?? ""))
    }

    /// `organizer/event`, or the organizer alone.
    public func repository(in document: JSONDocument) -> String? {
        guard let organizer = document.string("organizer") else { return nil }
        return document.string("event").map { organizer + "/" + $0 } ?? organizer
    }

    /// An order of nobody.
    public func examplePayload(repository: String, sender: String, id: String) -> String {
        // A number of its own: pretix counts its notifications.
        let number = UInt32(id.prefix(8), radix: 16) ?? 1
        return """
            {"test": true, "notification_id": \(number), "action": "pretix.event.order.placed", "code": "TEST", \
            "organizer": "\(repository.prefix { $0 != "/" })", \
            "event": "\(repository.drop { $0 != "/" }.dropFirst())"}
            """
    }

    /// The name under which an action is documented: some are as whole families.
    private static func documented(_ name: String) -> String {
        ["event.order.changed", "event.item"].first { name.hasPrefix($0 + ".") } ?? name
    }

    /// Returns the requirement of the schema that the payload does not satisfy.
    private static func missingMember(in document: JSONDocument) -> String? {
        guard isInteger(document.value("notification_id")) else { return "notification_id" }
        for (path, key): (StaticString, String) in [
            ("organizer", "organizer"), ("event", "event"), ("action", "action"),
        ]
        where document.string(path) == nil { return key }
        for (path, key): (StaticString, String) in [("code", "code"), ("attendee_name", "attendee_name")] {
            switch document.value(path) {
            case nil, .null, .string: continue
            default: return key
            }
        }
        for (path, key): (StaticString, String) in [
            ("orderposition_id", "orderposition_id"), ("orderposition_positionid", "orderposition_positionid"),
            ("checkin_list", "checkin_list"),
        ] where document.contains(path) && document.value(path) != .null && !isInteger(document.value(path)) {
            return key
        }
        switch document.value("type") {
        case nil, .null, .string: return nil
        default: return "type"
        }
    }

    private static func isInteger(_ value: JSONDocument.Value?) -> Bool {
        switch value {
        case .integer, .unsigned: true
        default: false
        }
    }

    /// Organizer, notification and action; no name has a NUL that matters, so one keeps them apart.
    private static func deliveryID(in document: JSONDocument, action: String) -> [UInt8]? {
        guard let number = document.integer("notification_id"), let organizer = document.string("organizer") else {
            return nil
        }
        return Array("\(organizer)\u{0}\(number)\u{0}\(action)".utf8)
    }

    /// The payload with what it lacks, put in before everything else.
    private static func completed(
        _ pieces: [ArraySlice<UInt8>], of document: JSONDocument, instance: String
    ) -> [ArraySlice<UInt8>] {
        var added = Array("\"\(instanceKey)\": ".utf8)
        JSONText.append(instance, to: &added)
        if !document.contains("attendee_name") { added.append(contentsOf: ", \"attendee_name\": null".utf8) }
        if !document.contains("code") { added.append(contentsOf: ", \"code\": null".utf8) }
        guard let first = pieces.first, let brace = first.firstIndex(of: UInt8(ascii: "{")) else { return pieces }
        let rest = [first[(brace + 1)...]] + pieces.dropFirst()
        let next = rest.joined().first { !isBlank($0) }
        if next != UInt8(ascii: "}") { added.append(contentsOf: ", ".utf8) }
        return [first[...brace], added[...]] + rest
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    /// An address without a slash at its end; `nil` if the text is none.
    private static func address(_ text: String) -> String? {
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let isPlain = rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\"<>\\^`{|}@".utf8.contains($0) }
        guard let first = rest.first, first != "/", isPlain else { return nil }
        var address = scheme + rest
        while address.hasSuffix("/") { address.removeLast() }
        return address
    }

    /// The steps at Pretix.
    public var setup: SetupGuide {
        SetupGuide(
            summary: "Orders, check-ins, event changes",
            places: [
                .init(
                    "An organizer", path: ["Organizer", "Settings", "Webhooks", "Create webhook"],
                    address: "https://INSTANCE/control/organizer/ORGANIZER/webhook/add")
            ],
            steps: [
                "Open the page. You need permission to change the organizer’s settings.",
                "Paste the URL with the secret into “Target URL”.",
                "Leave “Enable webhook” checked.",
                "Leave “All events (including newly created ones)” checked, or select some under “Limit to events”.",
                "Select what to send under “Event types”.",
                "Click “Save”.",
            ],
            fields: [.init("Target URL", .urlWithSecret)],
            events: "Any you want. Check-ins and orders contain no names.",
            notes: [
                "Pretix shows the URL, including the secret, to everyone who can see its webhooks.",
                "Pretix retries a failed webhook for three days.",
            ],
            reference: "https://docs.pretix.eu/dev/api/webhooks.html",
            rotation: [
                "Open the page and edit the webhook with the URL above. Don’t add a new one.",
                "Replace the value of “Target URL” with the URL that contains the new secret, and click “Save”.",
            ])
    }
}

extension PretixService {
    /// `webhook2fedmsg.pretix.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// All that `PretixMessageV1` reads is required by its schema; ours requires the instance alone, which is not in the
    /// payload.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        if let member = event.missingMember, member != Self.instanceKey {
            event.consumerHazard = .schema(member: member)
        }
    }
}

extension PretixService {
    /// The actions that Pretix documents, without `pretix.` before them; `event.item` and `event.order.changed` stand for
    /// all that begin with them.
    static let documentedEvents = DocumentedEvents(
        source: "docs.pretix.eu, REST API, Webhooks", date: "2026-11-30",
        """
        customer.anonymized
        customer.changed
        customer.created
        event.added
        event.changed
        event.checkin
        event.checkin.reverted
        event.deleted
        event.item
        event.live.activated
        event.live.deactivated
        event.order.approved
        event.order.canceled
        event.order.changed
        event.order.contact.changed
        event.order.deleted
        event.order.denied
        event.order.expired
        event.order.expirychanged
        event.order.modified
        event.order.paid
        event.order.payment.confirmed
        event.order.placed
        event.order.placed.require_approval
        event.order.reactivated
        event.order.refund.canceled
        event.order.refund.created
        event.order.refund.created.externally
        event.order.refund.done
        event.order.refund.failed
        event.order.refund.requested
        event.orders.waitinglist.added
        event.orders.waitinglist.changed
        event.orders.waitinglist.deleted
        event.orders.waitinglist.voucher_assigned
        event.testmode.activated
        event.testmode.deactivated
        event.voucher.added
        event.voucher.changed
        event.voucher.deleted
        giftcards.created
        giftcards.modified
        giftcards.transaction
        subevent.added
        subevent.canceled
        subevent.changed
        subevent.deleted
        """)

    /// The members that messages have by their schema, and `instance_url`.
    private static let members = [
        "notification_id", "organizer", "event", "code", "action", "attendee_name", "orderposition_id",
        "orderposition_positionid", "checkin_list", "type",
    ]

    static let table = table(removing: [])

    /// The members that go out of an event: no more of a person than w2fm tells, and without certain members.
    static func table(removing absent: [String]) -> EventTable {
        let isOfEvent = { (name: String) in name.hasPrefix("event.") || name.hasPrefix("subevent.") }
        let names = documentedEvents.events.map(\.name)
        return EventTable(
            documentedEvents, checks: [.optional("action", .anything)], removing: [instanceKey] + absent,
            rules: [
                .byNature(
                    names.filter(isOfEvent), reducing: [EventRule.Reduction("", keeping: members)],
                    "That something happened to an order or an event, by its code: w2fm tells as much."),
                .never(names.filter { !isOfEvent($0) }, "Customers' accounts and gift cards."),
            ])
    }
}
