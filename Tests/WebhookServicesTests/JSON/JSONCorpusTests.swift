import Foundation
import TestSupport
import Testing
import WebhookServices

/// nst/JSONTestSuite, and random bytes.
@Suite struct JSONCorpusTests {
    enum Outcome: Equatable { case taken, refused(JSONError) }

    func outcome(_ bytes: [UInt8], _ parser: JSONParser) -> Outcome {
        do {
            try parser.withDocument(bytes[...]) { document throws(WebhookError) in
                _ = document.value("a")
            }
            return .taken
        } catch WebhookError.json(let error) {
            return .refused(error)
        } catch {
            return .refused(.outOfMemory)
        }
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `the test suite`() throws {
        let folder = try #require(corpora).appendingPathComponent("json-test-suite")
        let parser = try JSONParser()
        var counts = ["y_": 0, "n_": 0, "i_": 0]
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            guard file.pathExtension == "json" else { continue }
            let document = try bytes(of: file)
            let name = file.lastPathComponent
            let kind = String(name.prefix(2))
            counts[kind, default: 0] += 1
            let result = outcome(document, parser)
            let first = document.first { !" \n\r\t".utf8.contains($0) }
            switch kind {
            case "y_":
                let expected = first == UInt8(ascii: "{") ? Outcome.taken : .refused(.notAnObject)
                #expect(result == expected, "\(name)")
            case "n_":
                #expect(result != .taken, "\(name)")
            default:
                if result == .taken { #expect(first == UInt8(ascii: "{"), "\(name)") }
            }
        }
        #expect(counts["y_"] ?? 0 > 90 && counts["n_"] ?? 0 > 180 && counts["i_"] ?? 0 > 30)
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `the test suite inside an object`() throws {
        let folder = try #require(corpora).appendingPathComponent("json-test-suite")
        let parser = try JSONParser()
        var taken = 0
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let name = file.lastPathComponent
            guard name.hasPrefix("y_") || name.hasPrefix("n_") || Self.halves.contains(name) else { continue }
            let document = try bytes(of: file)
            let result = outcome(Array("{\"a\":".utf8) + document + [UInt8(ascii: "}")], parser)
            if !name.hasPrefix("n_") {
                #expect(result == .taken, "\(name)")
                taken += 1
            } else if !name.contains("_extra_close") && !name.contains("object_trailing_comment") {
                #expect(result != .taken, "\(name)")
            }
        }
        #expect(taken > 90 + Self.halves.count)
    }

    /// Escapes of half a surrogate pair: taken, as the messages' consumers do.
    static let halves: Set = [
        "i_object_key_lone_2nd_surrogate.json", "i_string_1st_surrogate_but_2nd_missing.json",
        "i_string_1st_valid_surrogate_2nd_invalid.json", "i_string_incomplete_surrogate_and_escape_valid.json",
        "i_string_incomplete_surrogate_pair.json", "i_string_incomplete_surrogates_escape_valid.json",
        "i_string_invalid_lonely_surrogate.json", "i_string_invalid_surrogate.json",
        "i_string_inverted_surrogates_U+1D11E.json", "i_string_lone_second_surrogate.json",
    ]

    /// What is taken must be JSON to another parser too.
    @Test func `random bytes`() throws {
        var generator = SeededGenerator(state: 11)
        let parser = try JSONParser()
        let alphabet = Array("{}[]\",:\\u0ad8e+-.1tfn \n".utf8) + [0, 0x7f, 0x80, 0xc3, 0xa9, 0xff]
        var taken = 0
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...12, using: &generator)
            var bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            bytes = Array("{\"a\":".utf8) + bytes + [UInt8(ascii: "}")]
            guard outcome(bytes, parser) == .taken else { continue }
            taken += 1
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) }
        }
        #expect(taken > 100)
    }

    @Test func `a document with one byte changed`() throws {
        let document = Array(#"{"a":{"b":[1,-2.5e3,true,null,"\u00e9\\x"]},"sender":{"login":"octocat"}}"#.utf8)
        let parser = try JSONParser()
        var refused = 0
        for index in document.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = document
                changed[index] = byte
                guard outcome(changed, parser) == .taken else {
                    refused += 1
                    continue
                }
                let isJSON = (try? JSONSerialization.jsonObject(with: Data(changed))) != nil
                #expect(isJSON, "\(String(decoding: changed, as: UTF8.self))")
            }
        }
        #expect(refused > 5000)
    }
}
