/// The messages that a refusal is about, as far as the broker's words name them (`rabbit_channel.erl`, 3.8 to 4.1).
///
/// AMQP has no place for that: a channel is closed with a code and a text, and all that was in flight on it is in doubt.
enum Refusal: Sendable, Hashable {
    /// Messages to that exchange: it is not there, or not for us. That is nobody's message's fault.
    case exchange(String)
    /// Messages of that topic, or of those that begin so where the text was too long for its place.
    case topic(String, isCut: Bool)
    /// Bodies above that many bytes.
    case size(limit: Int)
    /// It does not say.
    case unnamed

    private enum Words {
        static let noExchange = "no exchange '"
        static let accessToExchange = "access to exchange '"
        static let internalExchange = "cannot publish to internal exchange '"
        static let accessToTopic = "access to topic '"
        static let messageSize = "message size "
        /// The end of a text that was cut (`rabbit_binary_generator.erl`).
        static let cut = "..."
    }

    /// Reads a reason for which a publish was refused.
    init(_ reason: CloseReason) {
        let text = reason.text.utf8
        if reason.code == 403, let (topic, isCut) = Self.quoted(Words.accessToTopic, in: text) {
            self = .topic(topic, isCut: isCut)
        } else if reason.code == 403 || reason.code == 404,
            let exchange = Self.quoted(Words.noExchange, in: text) ?? Self.quoted(Words.accessToExchange, in: text)
                ?? Self.quoted(Words.internalExchange, in: text), !exchange.isCut
        {
            self = .exchange(exchange.0)
        } else if reason.code == 406, let limit = Self.limit(in: text) {
            self = .size(limit: limit)
        } else {
            self = .unnamed
        }
    }

    /// Returns a Boolean value that indicates whether it is about that message.
    func concerns(_ message: OutgoingMessage) -> Bool {
        switch self {
        case .exchange(let name): message.exchange == name
        case .topic(let topic, isCut: false): message.routingKey == topic
        case .topic(let start, isCut: true): message.routingKey.hasPrefix(start)
        case .size(let limit): message.body.count > limit
        case .unnamed: false
        }
    }

    /// Returns the text between the words, which end in a quotation mark, and the next; or, in a text that was cut
    /// there, all that was left of it.
    private static func quoted(_ words: String, in text: String.UTF8View) -> (String, isCut: Bool)? {
        guard let start = end(of: words, in: text) else { return nil }
        let rest = text[start...]
        if let mark = rest.firstIndex(of: UInt8(ascii: "'")) {
            return String(rest[..<mark]).map { ($0, false) }
        }
        guard rest.suffix(Words.cut.utf8.count).elementsEqual(Words.cut.utf8) else { return nil }
        return String(rest.dropLast(Words.cut.utf8.count)).map { ($0, true) }
    }

    /// `message size 17000000 larger than configured max size 16777216`: the last number in it.
    private static func limit(in text: String.UTF8View) -> Int? {
        guard let start = end(of: Words.messageSize, in: text) else { return nil }
        let numbers = text[start...].split { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard numbers.count >= 2, let last = numbers.last else { return nil }
        return String(last).flatMap { Int($0) }
    }

    private static func end(of words: String, in text: String.UTF8View) -> String.Index? {
        let words = words.utf8
        var start = text.startIndex
        while start != text.endIndex {
            if text[start...].starts(with: words) { return text.index(start, offsetBy: words.count) }
            start = text.index(after: start)
        }
        return nil
    }
}

/// The broker's recent refusals, remembered so that it is not sent again for a while: each time costs the channel.
struct RefusalMemory: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Topics remembered at most; the oldest goes first.
    static let maximumTopics = 1024

    private struct Entry {
        var refusal: Refusal
        var text: String
        var until: Instant
    }

    private var topics: [String: Entry] = [:]
    /// Beginnings of topics.
    private var beginnings: [String: Entry] = [:]
    private var size: Entry?
    /// When the last of them is forgotten; `nil` if there is none.
    private(set) var end: Instant?

    /// Notes a refusal. Those that are no message's own are not remembered: they end without a word.
    /// - Parameter duration: For how long it is remembered.
    mutating func note(_ refusal: Refusal, text: String, for duration: Duration, now: Instant) {
        let entry = Entry(refusal: refusal, text: text, until: now + duration)
        switch refusal {
        case .topic(let topic, isCut: false): Self.put(entry, topic, in: &topics, now)
        case .topic(let start, isCut: true): Self.put(entry, start, in: &beginnings, now)
        case .size: size = entry
        case .exchange, .unnamed: return
        }
        end = max(end ?? entry.until, entry.until)
    }

    private static func put(_ entry: Entry, _ key: String, in entries: inout [String: Entry], _ now: Instant) {
        if entries.count >= maximumTopics, entries[key] == nil {
            entries = entries.filter { $0.value.until > now }
            if entries.count >= maximumTopics, let oldest = entries.min(by: { $0.value.until < $1.value.until }) {
                entries[oldest.key] = nil
            }
        }
        entries[key] = entry
    }

    /// Has topics tried again.
    mutating func forgetTopics() {
        topics = [:]
        beginnings = [:]
        end = size?.until
    }

    /// Returns the outcome of similar messages lately; `nil` if none was refused.
    func outcome(of message: OutgoingMessage, now: Instant) -> PublishOutcome? {
        if let size, size.until > now, size.refusal.concerns(message) {
            return size.refusal.outcome(code: 406, text: size.text)
        }
        let entry =
            (topics.isEmpty ? nil : topics[message.routingKey])
            ?? (beginnings.isEmpty ? nil : beginnings.values.first { $0.refusal.concerns(message) })
        guard let entry, entry.until > now else { return nil }
        return entry.refusal.outcome(code: 403, text: entry.text)
    }
}

extension Refusal {
    /// Returns the outcome that the sender of such a message is told.
    func outcome(code: UInt16, text: String) -> PublishOutcome {
        switch self {
        case .topic: .topicRefused(text: text)
        case .size(let limit): .tooLarge(limit: limit)
        case .exchange, .unnamed: .refused(code: code, text: text)
        }
    }
}
