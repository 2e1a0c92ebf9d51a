import Foundation
import Testing

/// The inputs of the corpus, through the functions that the fuzzer feeds.
@Suite struct CorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    private static func inputs(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = folder.appending(path: target.name)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name)) func `every input`(_ name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let inputs = try Self.inputs(target)
        #expect(!inputs.isEmpty)
        for input in inputs {
            #expect(throws: Never.self, "\(input.name)") { try target.run(input.bytes) }
            // A fault that the corpus finds would prove nothing of the fuzzer.
            #expect(throws: Never.self, "planted, \(input.name)") { try target.run(input.bytes, isPlanted: true) }
        }
        // Inputs that say nothing, or end anywhere.
        for input in inputs { try target.run(Array(input.bytes.prefix(input.bytes.count / 2))) }
        for byte in 0..<32 { try target.run([UInt8](repeating: UInt8(byte), count: byte)) }
    }
}
