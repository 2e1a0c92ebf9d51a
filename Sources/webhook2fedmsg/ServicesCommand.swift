import ArgumentParser
import Foundation
import WebhookServices

/// `webhook2fedmsg services`: which services there are, and which of their events are published.
struct ServicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services",
        abstract: "List the built-in services, or their events and what is published of them.",
        discussion: """
            By default, an event is published only if its payload proves that it is public, or if its service shows such \
            events to everyone. With --events, every documented event is listed as published, projected (restricted \
            content is reduced to a few members), cut (without certain members or values), or withheld. Email addresses \
            outside of commits, credentials in URLs, and webhook configurations are removed from everything.
            """)

    @Argument(help: "Only these services.")
    var services: [String] = []

    @Flag(help: "List the events of each service.")
    var events = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        for name in services where ServiceRegistry.service(named: name) == nil {
            let known = ServiceRegistry.builtIn.map(\.name).joined(separator: ", ")
            throw ValidationError("unknown service \"\(name)\". Built-in services: \(known)")
        }
    }

    func run() throws {
        let chosen = ServiceRegistry.builtIn.filter { services.isEmpty || services.contains($0.name) }
        let reports = chosen.compactMap { EventReport($0) }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(reports), as: UTF8.self))
        } else if events {
            for report in reports { print(Self.table(of: report)) }
        } else {
            for service in chosen { print(Self.padded(service.name, to: 12) + service.title) }
        }
    }

    /// `github: 86 documented events (…, 2026-10-21)`, and a line for each.
    static func table(of report: EventReport) -> String {
        let counts = EventRule.Disposition.allCases.map { outcome in
            "\(report.lines.filter { $0.outcome == outcome.rawValue }.count) \(outcome.rawValue)"
        }
        var text =
            "\(report.service): \(report.documented) documented events; \(counts.joined(separator: ", ")) lines\n"
        text += "  from \(report.source), \(report.date)\n"
        if !report.everywhere.isEmpty { text += "  of every event \(report.everywhere.joined(separator: "; "))\n" }
        let width = report.lines.map(\.event.count).max() ?? 0
        for line in report.lines {
            text += "  " + padded(line.event, to: width + 2) + padded(line.outcome, to: 11) + line.reason
            if let code = line.code { text += " (\(code))" }
            text += "\n"
            let indent = String(repeating: " ", count: width + 4 + 11)
            if !line.proof.isEmpty { text += "\(indent)if \(line.proof.joined(separator: "; "))\n" }
            if !line.cuts.isEmpty { text += "\(indent)\(line.cuts.joined(separator: "; "))\n" }
        }
        return text
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
