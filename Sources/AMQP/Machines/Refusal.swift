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

    /// Returns the outcome that the sender of such a message is told.
    func outcome(code: UInt16, text: String) -> PublishOutcome {
        switch self {
        case .topic: .topicRefused(text: text)
        case .size(let limit): .tooLarge(limit: limit)
        case .exchange, .unnamed: .refused(code: code, text: text)
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
