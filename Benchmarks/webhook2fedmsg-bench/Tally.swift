import Histogram

/// The outcomes of the webhooks of one loop, or, added up, of all.
struct Tally: Sendable {
    /// More different texts of failures than these are counted as one.
    static let failureTexts = 20
    /// The longest latency that is told apart, in microseconds.
    static let longestLatency: UInt64 = 600_000_000

    /// Answers by status.
    private(set) var answers: [Int: Int] = [:]
    /// Webhooks without an answer, by what went wrong.
    private(set) var failures: [String: Int] = [:]
    /// Accepted webhooks whose answer had no message id, where ids are kept.
    private(set) var withoutID = 0
    private(set) var bytesSent = 0
    private(set) var bytesReceived = 0
    /// Microseconds from sending to the whole answer.
    private(set) var latencies = Histogram<UInt32>(
        highestTrackableValue: Tally.longestLatency, numberOfSignificantValueDigits: .three)
    /// The ids of the answers, each with a line end.
    private(set) var messageIDs: [UInt8] = []

    var answerCount: Int { answers.values.reduce(0, +) }
    var failureCount: Int { failures.values.reduce(0, +) }

    mutating func sent(_ count: Int) {
        bytesSent += count
    }

    mutating func answered(_ answer: Answer, latency: Duration) {
        answers[answer.status, default: 0] += 1
        bytesReceived += answer.count
        let (seconds, attoseconds) = latency.components
        let microseconds = UInt64(max(0, seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
        _ = latencies.record(min(microseconds, Self.longestLatency))
    }

    /// Keeps the id of an answer that accepted a webhook.
    mutating func accepted(_ id: ArraySlice<UInt8>?) {
        guard let id else {
            withoutID += 1
            return
        }
        messageIDs += id
        messageIDs.append(0x0a)
    }

    mutating func failed(_ error: any Error) {
        let text = String(describing: error)
        let isKnown = failures[text] != nil || failures.count < Self.failureTexts
        failures[isKnown ? text : "other", default: 0] += 1
    }

    /// Adds another loop's figures.
    mutating func add(_ other: Tally) {
        answers.merge(other.answers, uniquingKeysWith: +)
        failures.merge(other.failures, uniquingKeysWith: +)
        withoutID += other.withoutID
        bytesSent += other.bytesSent
        bytesReceived += other.bytesReceived
        latencies.add(other.latencies)
        messageIDs += other.messageIDs
    }
}
