import Testing

@testable import AMQP

@Suite("Back-off")
struct BackoffTests {
    @Test("pauses double up to the maximum, and begin again after a success")
    func doubling() {
        var backoff = Backoff(minimum: .milliseconds(200), maximum: .seconds(3))
        let top = 1.0.nextDown
        let ceilings = (0..<6).map { _ in backoff.next(random: top) }
        let expected: [Duration] = [
            .milliseconds(400), .milliseconds(800), .milliseconds(1600), .seconds(3), .seconds(3), .seconds(3),
        ]
        for (pause, ceiling) in zip(ceilings, expected) {
            #expect(pause <= ceiling && pause > ceiling - .milliseconds(1))
        }
        backoff.succeeded()
        #expect(backoff.next(random: top) <= .milliseconds(400))
    }

    @Test("the jitter never goes under the minimum")
    func minimum() {
        var backoff = Backoff(minimum: .milliseconds(200), maximum: .seconds(3))
        for _ in 0..<100 { #expect(backoff.next(random: 0) == .milliseconds(200)) }
        #expect(backoff.next(random: 0.5) == .milliseconds(1600))
    }

    @Test("a maximum below the minimum counts as the minimum")
    func inverted() {
        var backoff = Backoff(minimum: .seconds(2), maximum: .seconds(1))
        #expect(backoff.next(random: 0.9) == .seconds(2))
    }
}

@Suite("Settings")
struct SettingsTests {
    @Test("no description, dump or mirror shows the password")
    func redaction() {
        let settings = ConnectionSettings(
            endpoints: [BrokerEndpoint(host: "::1"), BrokerEndpoint(host: "mq", port: 5671)], virtualHost: "/pubsub",
            mechanism: .plain(username: "gateway", password: "hunter2"))
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), String(reflecting: settings.mechanism), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("gateway") || text == dumped)
        }
        #expect("\(settings)" == "PLAIN(gateway) at [::1]:5672,mq:5671, vhost /pubsub")
    }
}
