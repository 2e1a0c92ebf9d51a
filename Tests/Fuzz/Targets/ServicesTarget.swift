import Encodings
import FedoraMessaging

@testable import Gateway
@testable import WebhookServices

extension FuzzTarget {
    /// Every service, from the request to the message: that is JSON on one line, and holds neither what the table of events
    /// cuts out nor what proves who the sender is.
    static let services = FuzzTarget(
        "services", words: ["payload=", "{\"", "\":", "application/x-www-form-urlencoded"]
    ) {
        input, isPlanted in
        var webhook = SampleWebhook(&input)
        let tree = webhook.tree(&input)
        let writing = input
        let plain = tree.mapTexts(CutPaths([]), []) { text, _, key in key == "action" ? webhook.action : text }
        input = writing
        webhook.body = plain.write(&input)
        try require(!webhook.isVerified(), "\(webhook.service.name) takes a proof by a secret that nobody has")
        guard let first = try? webhook.event() else { return }
        // What the event is goes by its payload, and what is cut out of it by the event.
        let cuts = CutPaths(
            webhook.cuts(of: first) + PayloadRedaction.hookConfigurations, marks: webhook.marks(of: first))
        let marked = tree.mapTexts(cuts, cuts.start) { text, isCut, key in
            key == "action" ? webhook.action : isCut ? SampleWebhook.secret : text
        }
        input = writing
        webhook.body = marked.write(&input)
        var event = first
        do throws(WebhookError) {
            event = try webhook.event()
        } catch {
            return
        }
        guard event.name == first.name else { return }
        var body = event.messageBody()
        let isCut = event.payload.joined().count + 20 < webhook.body.count
        if isPlanted, webhook.service.name == "github", event.sender != nil, isCut { body = webhook.body }
        let text = String(decoding: body, as: UTF8.self)
        try require(isJSON(body), "\(webhook.service.name): no JSON: \(shown(body))")
        try require(
            !text.contains(SampleWebhook.secret),
            "\(webhook.service.name) \(event.name): \(shown(webhook.body)) published \(shown(body))")
        try checkMessage(&event, of: webhook)
    }

    private static func checkMessage(_ event: inout WebhookEvent, of webhook: SampleWebhook) throws {
        _ = event.withheld(by: nil, allowsPrivateContent: false, ownClasses: .needed)
        let schema = webhook.service.settleSchema(of: &event, ownClasses: .needed)
        let token = UUIDValue(namespace: MessageIdentifier.namespace, name: [])
        let draft = MessageDraft(event, schema: schema, routingKey: "", token: token)
        let message = draft.message(draft.stamp(second: SampleWebhook.time))
        let line = message.fileLine(topicPrefix: "org.fedoraproject", priority: nil)
        try require(line.last == 0x0A && !line.dropLast().contains(0x0A) && isJSON(line), "no line: \(shown(line))")
        // A topic is made of what a sender names the event, whatever that is.
        for header in message.headers {
            try require(
                header.name.utf8.count <= 255 && !header.name.contains(SampleWebhook.secret),
                "the header \(header.name)")
        }
        let topic = Array(message.topic.utf8)
        try require(
            message.topic.hasPrefix(webhook.service.topicRoot + ".") && topic.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                && !message.topic.contains(".."), "the topic \(message.topic)")
    }
}

/// A webhook of one of the services.
private struct SampleWebhook {
    static let secret = "s3cret"
    static let time: Int64 = 1_764_000_000

    private static let generic: GenericService = {
        let signature = SignatureScheme(
            header: "x-signature", parts: [.body], algorithm: .hmacSHA256, encoding: .hex)
        var definition = GenericService.Definition(name: "example", title: "Example", signature: signature)
        definition.event = .body("a.b")
        definition.deliveryID = .header("x-id")
        definition.repository = "repository.full_name"
        definition.isPrivate = "repository.private"
        definition.headers = ["user-agent"]
        return GenericService(definition)
    }()
    private static let all: [any WebhookService] = ServiceRegistry.builtIn + [generic]

    /// Keys that services read, and that mean something to what is cut.
    private static let keys = """
        repository project organization installation private full_name fullname id sender user login username user_username \
        action hook config url object_kind object_attributes event_name event eventKey visibility visibility_level a b actor \
        agent account type data msg msg_id name code path_with_namespace project_fullname group_path topic post category_id \
        category like solved chat_message channel chatable is_private push_data repo_name pusher trigger_user run new \
        organizer notification_id attendee_name created_by component key
        """.split(separator: " ").map(String.init)
    private static let texts = [
        "", "x", "owner/repository", "https://me:s3cret@example.org/a", "user", "public", "0", "push",
        "\u{2028}\n\u{301}",
        "git clone http://s3cret:x@example.org", "open", "someone[bot]",
    ]
    private static let agents = ["curl/8", "a\u{85}b", "é", ""]

    let service: any WebhookService
    let action: String
    private let eventName: String?
    private var headers: Headers
    private let isForm: Bool
    private let allowsPrivate: Bool
    private let receivesQuery: Bool
    var body: [UInt8] = []

    init(_ input: inout FuzzInput) {
        let service = input.pick(Self.all)
        let flags = input.byte()
        (isForm, allowsPrivate, receivesQuery) = (flags & 1 == 1, flags & 2 == 2, flags & 12 == 12)
        let events = service.eventTable?.documented.events ?? []
        let event = events.isEmpty ? nil : events[(Int(input.byte()) << 8 | Int(input.byte())) % events.count]
        action = event.flatMap { $0.actions.isEmpty ? nil : input.pick($0.actions) } ?? "opened"
        let named = event.flatMap { event in service.exampleHeaders(event: event.name).map { (event.name, $0) } }
        self.service = service
        eventName = named?.0
        headers = Headers(fields: [("content-type", isForm ? "application/x-www-form-urlencoded" : "application/json")])
        let examples = named?.1 ?? service.exampleHeaders(event: nil) ?? [:]
        headers.fields += examples.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        headers.fields.append(("user-agent", input.pick(Self.agents)))
        // What no message may have.
        for name in [
            "authorization", "x-gitlab-token", "cookie", "x-hub-signature", "x-hub-signature-256", "x-signature",
        ] {
            headers.fields.append((name, Self.secret))
        }
        if flags & 16 == 16 { headers.fields.append((input.pick(headers.fields).name, input.text())) }
    }

    /// A payload: with the keys of the paths that are cut out of the event, so that they are there.
    func tree(_ input: inout FuzzInput) -> JSONTree {
        let rule = eventName.flatMap { service.eventTable?.rule(for: $0, action: action) }
        let common = service.eventTable?.common
        let paths = [rule?.removed, rule?.blanked, common?.removed, common?.blanked].compactMap(\.self).joined()
        let steps = paths.flatMap {
            $0.split(separator: ".").map(String.init)
        }
        let marks = service.eventTable?.common.marks.map { String(decoding: $0.key, as: UTF8.self) } ?? []
        return .object(&input, keys: marks + steps.filter { !$0.hasPrefix("*") } + Self.keys, texts: Self.texts)
    }

    /// The rule for an event; `nil` if it is another one than the header says, whose rule is not known here.
    private func rule(of event: WebhookEvent) -> EventRule? {
        guard let eventName, let table = service.eventTable else { return nil }
        if event.name == eventName { return table.rule(for: eventName) }
        return event.name == "\(eventName).\(action)" ? table.rule(for: eventName, action: action) : nil
    }

    /// The paths of what the table cuts out of an event.
    func cuts(of event: WebhookEvent) -> [String] {
        guard let eventName, let table = service.eventTable, let rule = rule(of: event) else { return [] }
        let common = table.common.of(eventName, isMember: table.isOneMember)
        return rule.removed + rule.blanked + common.removed + common.blanked
    }

    /// By what objects say that they are private, of which little is published: where no rule says what.
    func marks(of event: WebhookEvent) -> [String: [String]] {
        guard !allowsPrivate, let table = service.eventTable, table.common.reductions.isEmpty,
            let rule = rule(of: event), rule.reductions.isEmpty
        else { return [:] }
        let marks = table.common.marks.map { mark in
            (String(decoding: mark.key, as: UTF8.self), mark.values.map { String(decoding: $0, as: UTF8.self) })
        }
        return Dictionary(marks) { first, _ in first }
    }

    /// Returns a Boolean value that indicates whether it is taken for one by somebody who has a secret that no input holds.
    func isVerified() -> Bool {
        let unknown = Array(service.secret(from: [UInt8](repeating: 0xA7, count: 32)).utf8)
        guard service.proof != .pathOnly, let secret = try? service.prepare(secret: unknown) else { return false }
        if case .verified = service.verify(request(), secrets: [secret, secret]) { return true }
        return false
    }

    private func request() -> WebhookRequest {
        let encoded = "payload=" + PercentEncoding.encode(String(decoding: body, as: UTF8.self))
        var request = WebhookRequest(
            headers: headers, body: isForm ? Array(encoded.utf8)[...] : body[...], receivedAt: Self.time,
            settings: ["instance_url": "https://p.example.org", "public_categories": "1,2"], isAtTokenAddress: true,
            allowsPrivateContent: allowsPrivate)
        if receivesQuery, service.isDelivery(query: Array(encoded.utf8)[...]) {
            request.query = Array(encoded.utf8)[...]
        }
        return request
    }

    func event() throws(WebhookError) -> WebhookEvent {
        let parser: JSONParser
        do throws(JSONError) {
            parser = try JSONParser()
        } catch {
            throw .json(error)
        }
        return try service.event(of: request(), parser: parser, namingRepository: true)
    }

    private struct Headers: WebhookHeaders {
        var fields: [(name: String, value: String)]

        func count(of name: String) -> Int { fields.count { $0.name == name } }
        func first(_ name: String) -> ArraySlice<UInt8>? { values(name).first }
        func values(_ name: String) -> [ArraySlice<UInt8>] {
            fields.filter { $0.name == name }.map { Array($0.value.utf8)[...] }
        }
    }
}
