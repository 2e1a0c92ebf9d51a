import EventLoop
import FedoraMessaging
import Foundation
import HTTPServer
import Logging
import Testing

@testable import Gateway

/// Numbers that nobody means, in every key, and the outermost that are taken, in a server.
@Suite(.serialized) struct ExtremeValuesTests {
    static let numbers = [
        "0", "-1", "-9223372036854775808", "9223372036854775807", "9223372036854775806", "9223372036854775808",
        "18446744073709551616", "1234567890123456789012345678901234567890",
    ]

    /// A key of the table whose values are counted, and the ends of its range as they are written.
    struct NumericKey: CustomTestStringConvertible {
        let path: String
        let ends: [String]
        var testDescription: String { path }
        var section: String { path.split(separator: ".").dropLast().joined(separator: ".") }
        var name: String { path.split(separator: ".").last.map(String.init) ?? "" }
    }

    static let numericKeys: [NumericKey] = ConfigurationTable.shared.sections.flatMap { section in
        section.keys.compactMap { key in
            let text = key.expectation
            for kind in ["an integer from ", "a size from ", "a duration with its unit from "] {
                guard text.hasPrefix(kind) else { continue }
                let range = text.dropFirst(kind.count).prefix { $0 != "," }
                let ends = range.components(separatedBy: " to ")
                return NumericKey(
                    path: section.path(of: key.name),
                    ends: kind.contains("integer") ? ends : ends.map { "\"\($0)\"" })
            }
            return nil
        }
    }

    static let paths = ConfigurationTable.shared.sections.flatMap { section in
        section.keys.map { section.path(of: $0.name) }
    }

    private func toml(_ path: String, _ value: String) -> String {
        let parts = path.split(separator: ".")
        let header = parts.dropLast().joined(separator: ".")
        return (header.isEmpty ? "# above the sections" : "[\(header)]") + "\n\(parts.last ?? "") = \(value)\n"
    }

    private func problems(_ text: String, _ environment: [String: String] = ["HOME": "/home/w2f"]) -> [SettingsProblem]
    {
        do {
            _ = try Configuration.load(text: text, file: "w.toml", environment: environment)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func `there are such keys`() {
        #expect(Self.numericKeys.count > 90)
    }

    /// Whatever is not taken is told with its key and its line, or its variable; and nothing traps.
    @Test(arguments: paths) func `every number in every key`(path: String) {
        let variable = ConfigurationTable.variable(for: path)
        for number in Self.numbers {
            for value in [
                number, "\"\(number)\"", "\"\(number)s\"", "\"\(number) d\"", "\"\(number) GiB\"", "[\(number)]",
                "\(number).5",
            ] {
                let found = problems(toml(path, value))
                let isTold = found.contains { problem in
                    problem.key == path && problem.source == .file(path: "w.toml", line: 2)
                }
                #expect(found.isEmpty || isTold, "\(path) = \(value): \(found)")
            }
            for value in [number, number + "ms", number + " MiB", number + "," + number] {
                let found = problems("", ["HOME": "/home/w2f", variable: value])
                let isTold = found.contains { $0.key == path && $0.source == .environment(variable: variable) }
                #expect(found.isEmpty || isTold, "\(variable)=\(value): \(found)")
            }
        }
    }

    @Test(arguments: [
        "amqp://h/?heartbeat=", "amqp://h/?frame_max=", "amqp://h/?channel_max=", "amqp://h/?retry_delay=",
        "amqp://h/?socket_timeout=", "amqp://h/?stack_timeout=", "amqp://h/?blocked_connection_timeout=",
        "amqp://h/?connection_attempts=", "amqp://h:", "postgresql://h/n?connect_timeout=", "postgresql://h/n?port=",
    ])
    func `numbers in URLs`(_ start: String) {
        let key = start.hasPrefix("amqp") ? "broker.amqp_url" : "database.url"
        for number in Self.numbers {
            let found = problems(toml(key, "\"\(start)\(number)\""))
            #expect(found.isEmpty || found.contains { $0.key == key }, "\(start)\(number): \(found)")
        }
    }

    /// Each end of each range alone: it is taken, unless it does not go with another key's default, which is told.
    @Test(arguments: numericKeys) func `the ends of the range`(key: NumericKey) {
        for end in key.ends {
            let found = problems(toml(key.path, end))
            #expect(found.allSatisfy { $0.source == .file(path: "w.toml", line: 2) }, "\(key.path) = \(end): \(found)")
        }
    }

    /// All that can be low is, then all that can be high: the parts are made, serve, and end.
    @Test(arguments: [0, 1]) func `a server of extremes`(end: Int) async throws {
        let folder = try TemporaryFolder()
        var values = Dictionary(uniqueKeysWithValues: Self.numericKeys.map { ($0.path, $0.ends[end]) })
        // A thousand threads would tell nothing more.
        values["server.loops"] = "1"
        values["server.listen"] = "[\"127.0.0.1:0\"]"
        // The lowest of these is too short for the start on a busy machine, which is told.
        for key in ["wait_timeout", "query_timeout", "migration_timeout"] { values["database.\(key)"] = nil }
        let environment = ["HOME": folder.path]
        var configuration: Configuration?
        for _ in 0..<20 where configuration == nil {
            do {
                configuration = try Configuration.load(
                    text: text(of: values), environment: environment, systemStateDirectory: ConfigurationTests.nowhere)
            } catch {
                // Some ends exclude each other.
                for problem in error.problems {
                    try #require(values.removeValue(forKey: problem.key) != nil, "\(problem)")
                }
            }
        }
        let loaded = try #require(configuration)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try await GatewayServer(loaded, logger: logger)
        let address = try #require(server.addresses.first)
        let running = Task { try await server.run() }
        for request in [
            "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "POST /github HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
            "POST /github/none HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
            "GET /tokens HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        ] {
            #expect(try await Self.ask(address, request).hasPrefix("HTTP/1.1 "))
        }
        running.cancel()
        _ = await running.result
    }

    private func text(of values: [String: String]) -> String {
        Dictionary(grouping: values) { $0.key.split(separator: ".").dropLast().joined(separator: ".") }
            .sorted { $0.key < $1.key }
            .map { section, keys in
                let lines = keys.map { "\($0.key.split(separator: ".").last ?? "") = \($0.value)" }
                return (section.isEmpty ? "" : "[\(section)]\n") + lines.joined(separator: "\n")
            }.joined(separator: "\n")
    }

    static func ask(_ address: SocketAddress, _ request: String) async throws -> String {
        let loop = try EventLoop.start(name: "extremes")
        return try await Task(executorPreference: loop.taskExecutor) {
            let stream = try await TCPStream.connect(to: address, on: loop, deadline: .now + .seconds(20))
            defer { stream.close() }
            stream.deadline = .now + .seconds(60)
            try await stream.write(Array(request.utf8))
            var buffer = ReadBuffer()
            while try await stream.read(into: &buffer) > 0 {}
            return String(decoding: buffer.readable, as: UTF8.self)
        }.value
    }
}
