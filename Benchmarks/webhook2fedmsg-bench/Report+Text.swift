import Foundation

extension Report {
    /// A few lines, aligned.
    var text: String {
        var lines = [
            line("webhooks", "\(requests) in \(number(seconds, 2)) s, \(number(rate, 0)) answers/s"),
            line("answers", list(answers)),
            line("errors", list(errors)),
            line("latency", latency),
            line("bytes", "\(megabytes(bytesSent)) sent, \(megabytes(bytesReceived)) received"),
            line("client", "\(number(clientCpuMicrosecondsPerWebhook, 1)) µs CPU a webhook"),
        ]
        if withoutMessageId > 0 { lines.insert(line("", "\(withoutMessageId) without a message id"), at: 2) }
        if let server { lines += self.lines(server) }
        return lines.joined(separator: "\n")
    }

    private var latency: String {
        let figures = latencyMicroseconds
        return [
            ("p50", figures.p50), ("p90", figures.p90), ("p99", figures.p99), ("p99.9", figures.p999),
            ("max", figures.max),
        ]
        .map { "\($0) \(number(Double($1) / 1000, 2)) ms" }.joined(separator: ", ")
    }

    private func lines(_ server: ServerFigures) -> [String] {
        let cpu = number(server.cpuMicrosecondsPerWebhook, 1)
        let user = number(server.userMicrosecondsPerWebhook, 1)
        let system = number(server.systemMicrosecondsPerWebhook, 1)
        let switches = number(server.voluntarySwitchesPerWebhook, 2)
        return [
            line("server", "\(cpu) µs CPU a webhook (user \(user), system \(system)), \(switches) voluntary switches"),
            line(
                "",
                "\(megabytes(server.residentBytesBefore)) resident before, "
                    + "\(megabytes(server.residentBytesAfter)) after"),
        ]
    }

    private func line(_ name: String, _ value: String) -> String {
        name.padding(toLength: 10, withPad: " ", startingAt: 0) + value
    }

    private func list(_ counts: [String: Int]) -> String {
        let parts = counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    private func megabytes(_ bytes: Int) -> String {
        "\(number(Double(bytes) / 1_000_000, 1)) MB"
    }

    private func number(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
