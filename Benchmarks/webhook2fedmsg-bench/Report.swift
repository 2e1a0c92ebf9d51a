import Foundation

/// The figures of a load test, as text for people or as JSON for programs.
struct Report: Sendable, Codable {
    /// Webhooks sent: answered and failed.
    let requests: Int
    let seconds: Double
    /// Answers a second.
    let rate: Double
    /// Answers by status.
    let answers: [String: Int]
    /// Webhooks without an answer, by what went wrong.
    let errors: [String: Int]
    /// Accepted webhooks whose answer had no message id (counted with `--check-ids` only).
    let withoutMessageId: Int
    let latencyMicroseconds: LatencyFigures
    let bytesSent: Int
    let bytesReceived: Int
    /// CPU time of the load tester itself a webhook, in microseconds.
    let clientCpuMicrosecondsPerWebhook: Double
    let server: ServerFigures?

    init(tally: Tally, elapsed: Duration, clientTime: Duration, server: ServerFigures?) {
        let answered = tally.answerCount
        requests = answered + tally.failureCount
        seconds = elapsed / .seconds(1)
        rate = Double(answered) / Swift.max(seconds, 1e-9)
        answers = Dictionary(uniqueKeysWithValues: tally.answers.map { (String($0), $1) })
        errors = tally.failures
        withoutMessageId = tally.withoutID
        latencyMicroseconds = LatencyFigures(tally.latencies)
        bytesSent = tally.bytesSent
        bytesReceived = tally.bytesReceived
        clientCpuMicrosecondsPerWebhook = clientTime / .microseconds(1) / Double(max(1, requests))
        self.server = server
    }

    /// A Boolean value that indicates whether there were webhooks, and each was answered 202.
    var isAllAccepted: Bool {
        requests > 0 && answers["202"] == requests && withoutMessageId == 0
    }

    /// One JSON object, its keys in snake case.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
