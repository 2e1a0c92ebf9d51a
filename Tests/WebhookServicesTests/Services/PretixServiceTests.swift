import Cryptography
import Encodings
import Foundation
import Testing
import WebhookServices

@Suite struct PretixServiceTests {
    let service = PretixService()
    static let instance = "https://rsvp.fedoraproject.org"
    static let secret = "a secret of at least 32 characters: é"

    static func headers(_ password: String, user: String = "webhook", scheme: String = "Basic") -> HeaderList {
        [
            "Content-Type": "application/json", "User-Agent": "pretix",
            "Authorization": "\(scheme) " + Base64.encode(Array("\(user):\(password)".utf8)),
        ]
    }

    func message(_ body: String, settings: [String: String] = ["instance_url": instance]) throws -> WebhookEvent {
        var webhook = request(Self.headers(Self.secret), body)
        webhook.settings = settings
        return try service.event(of: webhook)
    }

    @Test func `the password`() throws {
        let secrets = try service.prepared("the new one", Self.secret)
        for headers in [
            Self.headers(Self.secret), Self.headers(Self.secret, user: ""), Self.headers(Self.secret, scheme: "bASIC"),
        ] {
            #expect(
                service.verify(request(headers, "{}"), secrets: secrets)
                    == .verified(index: 1))
            #expect(service.presentedSecret(in: request(headers, "{}")).map(Array.init) == Array(Self.secret.utf8))
        }
        // A colon is the password's from the second one on (RFC 7617).
        let colons = try service.prepared("a:b:")
        #expect(service.verify(request(Self.headers("a:b:"), "{}"), secrets: colons).isVerified)
        #expect(throws: SecretError.empty) { try service.prepare(secret: []) }
    }

    @Test func `anything else is refused`() throws {
        let secrets = try service.prepared(Self.secret)
        let right = Self.headers(Self.secret)
        #expect(service.verify(request(right.setting("Authorization", nil), "{}"), secrets: secrets) == .missing)
        var wrong = [
            Self.headers(""), Self.headers("x"), Self.headers(Self.secret + " "),
            Self.headers(Self.secret, scheme: "Bearer"),
        ]
        let code = Base64.encode(Array("webhook:\(Self.secret)".utf8))
        for value in ["", "Basic", "Basic ", code, "Basic \(code)=", "Basic \(code) x", "Basic !\(code)", "Basic"] {
            wrong.append(right.setting("Authorization", value))
        }
        wrong.append(right.setting("Authorization", "Basic " + Base64.encode(Array(Self.secret.utf8))))
        wrong.append(right.adding("Authorization", "Basic \(code)"))
        for headers in wrong {
            #expect(service.verify(request(headers, "{}"), secrets: secrets) == .mismatch)
        }
        #expect(service.verify(request(right, "{}"), secrets: []) == .mismatch)
    }

    @Test(arguments: [
        (
            #"{"notification_id":1,"organizer":"f","event":"e","action":"pretix.event.checkin"}"#,
            #"{"instance_url": "https://rsvp.fedoraproject.org", "attendee_name": null, "code": null, "#
                + #""notification_id":1,"organizer":"f","event":"e","action":"pretix.event.checkin"}"#
        ),
        (
            #" { "notification_id":1,"organizer":"f","event":"e","code":"A","action":"x","attendee_name":"Dolly"} "#,
            #" {"instance_url": "https://rsvp.fedoraproject.org",  "notification_id":1,"organizer":"f","event":"e","#
                + #""code":"A","action":"x","attendee_name":"Dolly"} "#
        ),
        (
            #"{"instance_url":"https://forged","code":null,"x":1,"instance\u005furl":2}"#,
            #"{"instance_url": "https://rsvp.fedoraproject.org", "attendee_name": null, "code":null,"x":1}"#
        ),
        ("{}", #"{"instance_url": "https://rsvp.fedoraproject.org", "attendee_name": null, "code": null}"#),
        (
            "{ \n}",
            "{\"instance_url\": \"https://rsvp.fedoraproject.org\", \"attendee_name\": null, \"code\": null \n}"
        ),
        (
            #"{"instance_url":1}"#,
            #"{"instance_url": "https://rsvp.fedoraproject.org", "attendee_name": null, "code": null}"#
        ),
    ])
    func `what the schema requires is put in`(_ body: String, _ sent: String) throws {
        let event = try message(body)
        #expect(String(decoding: event.payloadBytes, as: UTF8.self) == sent)
        #expect(try event.parsedBody()["body"] is NSDictionary)
    }

    @Test func `own payloads`() throws {
        for (event, _, bytes) in try OwnPayloads.payloads(of: "pretix") {
            let read = try message(String(decoding: bytes, as: UTF8.self))
            #expect(read.topic == "pretix.\(event)" && read.name == event && read.missingMember == nil)
            #expect(read.header("user-agent") == "pretix" && read.headerNames == ["content-type", "user-agent"])
            #expect(!String(decoding: read.messageBody(), as: UTF8.self).contains("Basic"))
        }
    }

    @Test func `the key of a delivery`() throws {
        let body = #"{"notification_id":7,"organizer":"f","event":"e","action":"pretix.event.checkin"}"#
        #expect(try message(body).deliveryID == Array("f\u{0}7\u{0}pretix.event.checkin".utf8))
        #expect(try message("{}").deliveryID == nil)
    }

    @Test(
        arguments: [
            ("{}", "notification_id"), (#"{"notification_id":"1"}"#, "notification_id"),
            (#"{"notification_id":1.0}"#, "notification_id"), (#"{"notification_id":1}"#, "organizer"),
            (#"{"notification_id":1,"organizer":"f"}"#, "event"),
            (#"{"notification_id":1,"organizer":"f","event":"e"}"#, "action"),
            (#"{"notification_id":1,"organizer":"f","event":"e","action":"a","code":5}"#, "code"),
            (#"{"notification_id":1,"organizer":"f","event":"e","action":"a","checkin_list":"5"}"#, "checkin_list"),
            (#"{"notification_id":1,"organizer":"f","event":"e","action":"a","type":7}"#, "type"),
            (#"{"notification_id":1,"organizer":"f","event":null,"action":"a"}"#, "event"),
            (#"{"notification_id":1,"organizer":"f","event":"e","action":"a","type":null}"#, nil),
            (#"{"notification_id":1,"organizer":"f","event":"e","action":"a","type":"exit"}"#, nil),
            (#"{"notification_id":1,"organizer":"f","event":"e","action":"a","checkin_list":null}"#, nil),
        ] as [(String, String?)])
    func `what cannot be published`(_ body: String, _ member: String?) throws {
        #expect(try message(body).missingMember == member)
        #expect(try message(body, settings: [:]).missingMember == "instance_url")
    }

    /// With null there, consumers would drop the message.
    @Test func `a check in that is reverted`() throws {
        let body =
            #"{"notification_id":1,"type":"entry","organizer":"f","event":"e","code":"C","attendee_name":null,"#
            + #""action":"pretix.event.checkin.reverted","t\u0079pe":null}"#
        let event = try message(body)
        #expect(event.privateContent == nil && event.missingMember == nil)
        #expect(event.topic == "pretix.event.checkin.reverted")
        #expect(
            String(decoding: event.payloadBytes, as: UTF8.self)
                == #"{"instance_url": "\#(Self.instance)", "notification_id":1,"organizer":"f","event":"e","code":"C","#
                + #""attendee_name":null,"action":"pretix.event.checkin.reverted"}"#)
    }

    /// The schema has no null for them, and what it has no place for stays away.
    @Test func `what the schema has no place for`() throws {
        func body(_ more: String) -> String {
            #"{"notification_id":1,"organizer":"f","event":"e","action":"pretix.event.checkin","code":"C","attendee_name":"D"\#(more)}"#
        }
        let left = "{\"instance_url\": \"\(Self.instance)\", " + body("").dropFirst()
        for key in ["type", "orderposition_id", "orderposition_positionid", "checkin_list"] {
            let event = try message(body(#","\#(key)":null"#))
            #expect(event.missingMember == nil && event.privateContent == nil)
            #expect(String(decoding: event.payloadBytes, as: UTF8.self) == left)
        }
        let all = #","orderposition_id":null,"checkin_list":null,"type":null,"orderposition_positionid":null"#
        #expect(String(decoding: try message(body(all)).payloadBytes, as: UTF8.self) == left)
        let more = #","email":"a@b.org","order":{"email":"x"},"phone":"+1","code":{"x":1}"#
        #expect(String(decoding: try message(body(more)).payloadBytes, as: UTF8.self) == left)
        #expect(String(decoding: try message(body(#","checkin_list":3"#)).payloadBytes, as: UTF8.self).contains("3}"))
        #expect(try message(body(#","action":"pretix.event.added""#)).privateContent == .unknownVisibility)
    }

    @Test func `what is not published`() throws {
        for action in ["event.order.changed.price", "event.item.variation.added", "event.checkin", "subevent.added"] {
            #expect(try message(#"{"action":"pretix.\#(action)"}"#).privateContent == nil)
        }
        for action in ["customer.created", "event.itemx", "event.orders", "giftcards.created", "event.invented", "x"] {
            #expect(try message(#"{"action":"pretix.\#(action)"}"#).privateContent != nil)
        }
    }

    @Test func `the setting`() throws {
        #expect(try service.checkSettings(["instance_url": Self.instance + "//"]) == ["instance_url": Self.instance])
        #expect(try service.checkSettings(["instance_url": "HTTP://p/x"]) == ["instance_url": "http://p/x"])
        #expect(throws: ServiceSettingError.missing(key: "instance_url", example: Self.instance)) {
            try service.checkSettings([:])
        }
        for text in [
            "rsvp.fedoraproject.org", "ftp://x", "https://", "https:///x", "https://a b", "https://u:p@h",
            "https://\"h",
        ] {
            #expect(throws: ServiceSettingError.self) { try service.checkSettings(["instance_url": text]) }
        }
    }
}
