import Foundation
import Logging
import Testing

@testable import Gateway

@Suite struct LoggingTests {
    func line(
        json: Bool, message: String = "webhook accepted", metadata: Logger.Metadata = [:], label: String = "ingest"
    ) -> String {
        let bytes = LogLineFormatter(isJSON: json).line(
            seconds: 1_795_456_219, nanoseconds: 7_999_999, level: .notice, label: label, message: message,
            metadata: metadata)
        return String(decoding: bytes, as: UTF8.self)
    }

    func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func `a line for machines`() {
        #expect(
            line(json: true, metadata: ["topic": "github.push", "bytes": "\(7)", "n": .stringConvertible(7)])
                == #"{"time":"2026-11-23T17:50:19.007Z","level":"notice","message":"webhook accepted","#
                + #""logger":"ingest","bytes":"7","n":7,"topic":"github.push"}"# + "\n")
    }

    @Test func `a line for people`() {
        #expect(
            line(json: false, metadata: ["topic": "github.push", "agent": "a b", "none": "", "list": ["x", "y z"]])
                == "2026-11-23T17:50:19.007Z notice ingest: webhook accepted "
                + #"agent="a b" list=[x, "y z"] none="" topic=github.push"# + "\n")
    }

    /// What a sender chose can't end a line, forge one, or speak to the terminal.
    @Test(arguments: [
        "a\nb", "a\r\nb", "\u{1B}[31mred", "\u{9B}31m", "\u{85}", "\u{2028}", "\u{202E}desrever", "\0", "\u{7F}",
        "\u{FEFF}",
    ])
    func `hostile text`(_ text: String) throws {
        for json in [true, false] {
            let line = line(json: json, message: text, metadata: ["\(text)key": "\(text)"], label: text)
            #expect(line.hasSuffix("\n"))
            #expect(!line.dropLast().unicodeScalars.contains { LogText.isUnsafe($0) })
            if json {
                let object = try object(line)
                #expect(object["message"] as? String == text && object["\(text)key"] as? String == text)
            }
        }
    }

    @Test func `quotes do not end a value`() throws {
        let forged = #"x" level="critical"#
        #expect(line(json: false, metadata: ["k": "\(forged)"]).contains(#"k="x\" level=\"critical""#))
        #expect(try object(line(json: true, metadata: ["k": "\(forged)"]))["k"] as? String == forged)
    }

    @Test func `values are bounded`() throws {
        let long = String(repeating: "é", count: 5000)
        let object = try object(line(json: true, message: long, metadata: ["v": "\(long)", "\(long)": "x"]))
        #expect((object["v"] as? String) == String(repeating: "é", count: 256) + "…")
        #expect((object["message"] as? String)?.utf8.count == 2048 + 3)
        let many = Logger.Metadata(uniqueKeysWithValues: (0..<500).map { ("k\($0)", "v") })
        #expect(try self.object(line(json: true, metadata: many)).count == 4 + 64)
        let deep: Logger.MetadataValue = [["a": [["b": [["c": "d"]]]]]]
        let nested = line(json: true, metadata: ["deep": deep])
        #expect(nested.contains(#""deep":[{"a":["…"]}]"#))
        #expect(line(json: false, metadata: ["deep": deep]).contains("deep=[{a=[…]}]"))
    }

    @Test func `the line's own names are kept`() throws {
        let object = try object(line(json: true, metadata: ["level": "forged", "time": "forged", "other": "x"]))
        #expect(object["level"] as? String == "notice" && object["level_"] as? String == "forged")
        #expect(object["time_"] as? String == "forged" && object["other"] as? String == "x")
    }

    @Test func `numbers stay numbers`() throws {
        let line = line(
            json: true,
            metadata: [
                "int": .stringConvertible(-3), "double": .stringConvertible(1.5), "flag": .stringConvertible(true),
                "nan": .stringConvertible(Double.nan),
            ])
        #expect(line.contains(#""double":1.5,"flag":true,"int":-3,"nan":"nan""#))
    }

    @Test func `formats`() {
        #expect(LoggingSetup.isJSON(.auto, onTerminal: false) && !LoggingSetup.isJSON(.auto, onTerminal: true))
        #expect(LoggingSetup.isJSON(.json, onTerminal: true) && !LoggingSetup.isJSON(.text, onTerminal: false))
    }

    @Test func `a logger writes what it was given`() throws {
        let folder = try TemporaryFolder()
        let descriptor = open(folder.path + "/log", O_RDWR | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        var logger = Logger(label: "test") { label in
            StructuredLogHandler(
                label: label, formatter: LogLineFormatter(isJSON: true), sink: LogSink(descriptor: descriptor),
                level: .info)
        }
        logger[metadataKey: "request"] = "r1"
        logger.debug("not this")
        logger.info("first", metadata: ["request": "r2", "more": "m"])
        logger.error("second")
        let lines = try String(contentsOfFile: folder.path + "/log", encoding: .utf8).split(separator: "\n")
        try #require(lines.count == 2)
        let first = try object(String(lines[0]))
        #expect(first["message"] as? String == "first" && first["request"] as? String == "r2")
        #expect(first["more"] as? String == "m" && first["logger"] as? String == "test")
        let second = try object(String(lines[1]))
        #expect(second["level"] as? String == "error" && second["request"] as? String == "r1")
        let time = try #require(second["time"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    }

    @Test func `lines of many threads stay whole`() throws {
        let folder = try TemporaryFolder()
        let descriptor = open(folder.path + "/log", O_RDWR | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        let sink = LogSink(descriptor: descriptor)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            let letter = UInt8(ascii: "a") + UInt8(thread)
            for length in 1...100 { sink.write([UInt8](repeating: letter, count: length * 20) + [0x0A]) }
        }
        let lines = try String(contentsOfFile: folder.path + "/log", encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 800)
        #expect(lines.allSatisfy { line in line.allSatisfy { $0 == line.first } })
    }

    @Test func `a log that nobody takes stops nothing`() {
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let sink = LogSink(descriptor: ends[1])
        let line = [UInt8](repeating: 0x61, count: 4096)
        for _ in 0..<100 { sink.write(line) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        #expect(read(ends[0], &buffer, 4096) == 4096)
        close(ends[0])
        close(ends[1])
    }
}
