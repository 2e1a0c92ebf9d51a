import FedoraMessaging
import WebhookServices

/// `[services.NAME]`: a service that signs by HMAC.
struct GenericServiceConfiguration: Sendable {
    enum TimestampUnit: String, CaseIterable, Sendable {
        case seconds, milliseconds
    }

    /// The scheme of most services.
    private static let standard = SignatureScheme(header: "")

    /// The display name; empty is the section's name.
    var title = ""
    /// The header of the signature.
    var signatureHeader = ""
    /// The header's content before the signature.
    var prefix = ""
    /// The encoding of the signature.
    var encoding = standard.encoding
    /// The algorithm of the signature.
    var algorithm = standard.algorithm
    /// The signed parts, in turn.
    var signed = ["body"]
    /// The separator of several signatures.
    var listSeparator = ""
    /// The form in which the secret encodes the key.
    var secretEncoding = standard.secretEncoding
    /// The header that says when it was signed.
    var timestampHeader = ""
    /// The unit of the time stamp.
    var timestampUnit = TimestampUnit.seconds
    /// The tolerance of the time stamp, in seconds.
    var timestampTolerance = SignatureScheme.Timestamp(header: "").tolerance
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

    static let documentation = [
        "A service of your own that signs by HMAC, under a name of your choice (a-z, 0-9, \"-\"): it takes webhooks at",
        "/<name>/…, and publishes under webhook.<name>.<event>. As many as you like; only this file can set them up, and",
        "no environment variable. What its messages hold and how it signs is the service's to say: see its manual.",
    ]

    static let keys: [SettingKey<Self>] = [
        .init("title", \.title, .string(), example: "\"Example\"", "What people call it; by default, its name here."),
        .init(
            "signature_header", \.signatureHeader, .string("the name of a header", emptyAllowed: false),
            example: "\"X-Example-Signature\"", "The header that holds the signature; required."),
        .init(
            "prefix", \.prefix, .string(), example: "\"sha256=\"", "What stands in that header before the signature."),
        .init("encoding", \.encoding, .choice, "How the signature is written: hex or base64."),
        .init("algorithm", \.algorithm, .choice, "How it is made: hmac-sha256, hmac-sha384 or hmac-sha512."),
        .init(
            "signed", \.signed, .names("a list of \"body\", \"timestamp\", \"header:NAME\" and \"literal:TEXT\""),
            example: "[\"timestamp\", \"literal:.\", \"body\"]",
            "What is signed, one part after the other: \"body\", \"timestamp\" (the content of timestamp_header), "
                + "\"header:NAME\", \"literal:TEXT\"."),
        .init(
            "list_separator", \.listSeparator, .string("one character, or none"),
            "What stands between several signatures in the header, of which one has to be right; empty: there is one."),
        .init(
            "secret_encoding", \.secretEncoding, .choice,
            "How a token's secret stands for the key: plain (its own bytes), hex, base64, or standard-webhooks (base64 "
                + "after \"whsec_\")."),
        .init(
            "timestamp_header", \.timestampHeader, .string(), example: "\"X-Example-Timestamp\"",
            "The header that says when it was signed, an integer since 1970; it must be among the signed parts."),
        .init("timestamp_unit", \.timestampUnit, .choice, "What that counts: seconds or milliseconds."),
        .init(
            "timestamp_tolerance", \.timestampTolerance, .seconds(.seconds(1) ... .seconds(86_400)),
            "How far that may be from our clock, either way."),
        .init(
            "event", \.event, .string("\"header:NAME\" or \"body:PATH\""), example: "\"header:X-Example-Event\"",
            "Where it says what happened: \"header:NAME\", or \"body:PATH\" with object keys joined by dots; else all "
                + "events are called \"received\"."),
        .init(
            "delivery_id", \.deliveryID, .string("\"header:NAME\" or \"body:PATH\""),
            example: "\"header:X-Example-Delivery\"",
            "What stays the same when a webhook is sent again, likewise; else the body alone tells."),
        .init(
            "repository", \.repository, .string("\"body:PATH\""), example: "\"body:repository.full_name\"",
            "Where the payload names the repository that a token's scope is held against."),
        .init(
            "private", \.isPrivate, .string("\"body:PATH\""), example: "\"body:repository.private\"",
            "Where the payload says whether it is about something private: true, or false. Only what says false is published; "
                + "without this path nothing is, unless the token's owner allows it."),
        .init(
            "headers", \.headers, .names("a list of names of headers"),
            example: "[\"content-type\", \"x-example-event\"]",
            "The headers that go into the message. Never one with a secret: the bus is public."),
    ]
}

extension GenericServiceConfiguration {
    /// Returns the fault of a key.
    struct Problem: Error {
        let key: String
        let message: String
    }

    /// The service of that name.
    func service(named name: String) throws(Problem) -> GenericService {
        var definition = GenericService.Definition(
            name: name, title: title.isEmpty ? name : title, signature: try signature())
        definition.event = try source("event", event)
        definition.deliveryID = try source("delivery_id", deliveryID)
        definition.repository = try path("repository", repository)
        definition.isPrivate = try path("private", isPrivate)
        for header in headers {
            let header = try Self.headerName(header, of: "headers")
            guard header != signatureHeader.lowercased(), !Self.secretHeaders.contains(header) else {
                throw Problem(key: "headers", message: "\"\(header)\" holds a secret, and messages are public")
            }
            definition.headers.append(header)
        }
        return GenericService(definition)
    }

    /// Headers that hold secrets, whoever sends them.
    private static let secretHeaders: Set<String> = [
        "authorization", "cookie", "proxy-authorization", "set-cookie", "x-gitlab-token", "x-hub-signature",
        "x-hub-signature-256", "webhook-signature",
    ]

    private func signature() throws(Problem) -> SignatureScheme {
        guard !signatureHeader.isEmpty else {
            throw Problem(key: "signature_header", message: "required: the header that holds the signature")
        }
        let header = try Self.headerName(signatureHeader, of: "signature_header")
        guard listSeparator.isEmpty || listSeparator.utf8.count == 1 else {
            throw Problem(key: "list_separator", message: "expected one ASCII character")
        }
        let parts = try parts()
        if !timestampHeader.isEmpty && !parts.contains(.timestamp) {
            throw Problem(
                key: "timestamp_header",
                message: "\"timestamp\" is not among the signed parts, so anybody could change it")
        }
        return SignatureScheme(
            header: header, parts: parts, algorithm: algorithm, encoding: encoding,
            prefix: prefix, listSeparator: listSeparator.first,
            timestamp: timestampHeader.isEmpty
                ? nil
                : SignatureScheme.Timestamp(
                    header: try Self.headerName(timestampHeader, of: "timestamp_header"),
                    tolerance: timestampTolerance,
                    unitsPerSecond: timestampUnit == .seconds ? 1 : 1000),
            secretEncoding: secretEncoding)
    }

    /// The signed parts. What a sender can write into one must not pass for a piece of the next: only a literal keeps
    /// them apart, for a header that holds it is refused.
    private func parts() throws(Problem) -> [SignatureScheme.Part] {
        var parts: [SignatureScheme.Part] = []
        for text in signed {
            if text == "body" {
                parts.append(.body)
            } else if text == "timestamp" {
                guard !timestampHeader.isEmpty else {
                    throw Problem(key: "signed", message: "\"timestamp\" needs timestamp_header")
                }
                parts.append(.timestamp)
            } else if text.hasPrefix("header:") {
                parts.append(.header(try Self.headerName(String(text.dropFirst("header:".count)), of: "signed")))
            } else if text.hasPrefix("literal:"), text.utf8.count > "literal:".utf8.count {
                parts.append(.literal(String(text.dropFirst("literal:".count))))
            } else {
                throw Problem(
                    key: "signed",
                    message: "expected \"body\", \"timestamp\", \"header:NAME\" or \"literal:TEXT\", found \"\(text)\"")
            }
        }
        guard parts.count(where: { $0 == .body }) == 1 else {
            throw Problem(key: "signed", message: "\"body\" must be among the parts, once")
        }
        for (part, next) in zip(parts, parts.dropFirst()) where Self.canRunTogether(part, next) {
            throw Problem(
                key: "signed",
                message: "put a \"literal:…\" between the header and what follows: else a sender could shift "
                    + "the border between them")
        }
        return parts
    }

    private static func canRunTogether(_ part: SignatureScheme.Part, _ next: SignatureScheme.Part) -> Bool {
        switch (part, next) {
        case (.literal, _), (_, .literal): false
        // A timestamp is all digits, and a body ends and begins with a brace.
        case (.timestamp, .body), (.body, .timestamp): false
        default: true
        }
    }

    private func source(_ key: String, _ text: String) throws(Problem) -> GenericService.Source? {
        if text.isEmpty { return nil }
        if text.hasPrefix("header:") {
            return .header(try Self.headerName(String(text.dropFirst("header:".count)), of: key))
        }
        guard let path = Self.path(text) else {
            throw Problem(key: key, message: "expected \"header:NAME\" or \"body:PATH\", found \"\(text)\"")
        }
        return .body(path)
    }

    private func path(_ key: String, _ text: String) throws(Problem) -> String? {
        if text.isEmpty { return nil }
        guard let path = Self.path(text) else {
            throw Problem(key: key, message: "expected \"body:PATH\", found \"\(text)\"")
        }
        return path
    }

    private static func path(_ text: String) -> String? {
        guard text.hasPrefix("body:") else { return nil }
        let path = text.dropFirst("body:".count)
        let keys = path.split(separator: ".", omittingEmptySubsequences: false)
        return path.utf8.count <= 255 && keys.allSatisfy { !$0.isEmpty } ? String(path) : nil
    }

    /// The name in lower case (RFC 9110 section 5.6.2: a token).
    private static func headerName(_ text: String, of key: String) throws(Problem) -> String {
        let isToken = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        guard isToken, (1...128).contains(text.utf8.count) else {
            throw Problem(key: key, message: "expected the name of a header, found \"\(text)\"")
        }
        return text.lowercased()
    }
}

extension ConfigurationLoader {
    /// The section that has the configured services in it.
    static let servicesSection = "services"
    /// The longest name: there must be room for the rest of a topic.
    private static let maximumNameBytes = 32

    /// Takes what a file says of `[services.NAME]`.
    mutating func applyService(_ name: String, _ entries: [String: SettingValue], _ document: TOMLDocument) {
        let section = "\(Self.servicesSection).\(name)"
        let place = document.source(of: [Self.servicesSection, name])
        note(place, for: section)
        if let message = Self.problem(ofName: name) { return reject(section, message) }
        var service = GenericServiceConfiguration()
        for (key, value) in entries {
            let path = "\(section).\(key)"
            note(document.source(of: [Self.servicesSection, name, key]), for: path)
            guard let setting = GenericServiceConfiguration.keys.first(where: { $0.name == key }) else {
                let nearest = NearestName.of(key, among: GenericServiceConfiguration.keys.map(\.name)) ?? ""
                reject(path, "there is no such key in [\(section)]; the nearest is \"\(nearest)\"")
                continue
            }
            do throws(SettingRejected) {
                try setting.assign(.toml(value), &service)
            } catch {
                reject(path, error.message)
            }
        }
        guard GenericServiceConfiguration.keys.allSatisfy({ areSound("\(section).\($0.name)") }) else { return }
        do throws(GenericServiceConfiguration.Problem) {
            configuration.services.configured.append(try service.service(named: name))
            configuration.services.configured.sort { $0.name < $1.name }
        } catch {
            let path = "\(section).\(error.key)"
            reject(path, error.message, at: source(of: path) ?? place)
        }
    }

    /// Returns the fault of a service's name; `nil` if it has none.
    private static func problem(ofName name: String) -> String? {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        let first = name.first ?? "-"
        guard isPlain, first.isLetter, name.last != "-", name.utf8.count <= maximumNameBytes else {
            return "a service's name has a-z, 0-9 and \"-\", begins with a letter, and has at most \(maximumNameBytes) "
                + "characters"
        }
        if ServiceRegistry.service(named: name) != nil { return "there is a built-in service of that name" }
        return ServiceRegistry.reservedNames.contains(name)
            ? "that name is taken: something else is, or may come to be, at /\(name)" : nil
    }
}
