import Foundation
import Testing

@testable import Gateway

@Suite struct MessageFileRepairTests {
    let folder: TemporaryFolder
    var path: String { folder.path + "/m.jsonl" }

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Opens a file with this content and says what was done and what it holds then.
    func repaired(_ content: [UInt8]) throws -> (note: String?, content: [UInt8]) {
        try Data(content).write(to: URL(filePath: path))
        let file = try MessageFile(path: path)
        return (file.repair, Array(try Data(contentsOf: URL(filePath: path))))
    }

    let whole = Array("{\"id\": \"1\", \"body\": {\"a\": \"}\\\"{\"}}\n".utf8)

    @Test func `sound files stay`() throws {
        for content in [[], whole, whole + whole] {
            let (note, after) = try repaired(content)
            #expect(note == nil && after == content)
        }
    }

    /// Whatever of an unanswered batch has reached the disk, what was answered stays, and the file can be read.
    @Test func `a torn message is cut off`() throws {
        for length in 1..<(whole.count - 1) {
            let (note, after) = try repaired(whole + whole.prefix(length))
            #expect(note?.contains("cut off") == true && after == whole, "\(length) bytes of the second")
            let alone = try repaired(Array(whole.prefix(length)))
            #expect(alone.note != nil && alone.content.isEmpty)
        }
    }

    @Test func `a whole message gets its newline`() throws {
        let (note, after) = try repaired(whole + whole.dropLast())
        #expect(note?.contains("newline") == true && after == whole + whole)
    }

    /// Power was lost while a batch was on its way: some of its pages have come, others not.
    @Test func `holes in the middle of the last batch are cut out`() throws {
        let hole = [UInt8](repeating: 0, count: 4096)
        let torn = Array("{\"id\": \"2\", \"body\": {".utf8)
        for (content, expected) in [
            (whole + torn + hole + Array("}}\n".utf8) + whole, whole + whole),
            (whole + hole + whole + whole, whole + whole),
            (whole + hole + [0x0A] + whole + torn, whole + whole),
            (whole + torn + hole + torn, whole),
            (whole + whole + hole + [0x0A], whole + whole),
            (hole + whole, []),
            (hole + [0x0A] + whole, whole),
        ] {
            let (note, after) = try repaired(content)
            #expect(after == expected)
            #expect(note?.contains("never answered") == true)
            // And then there is nothing more to do.
            #expect(try repaired(after).note == nil)
        }
    }

    @Test func `zeros of a crash are cut off`() throws {
        let (note, after) = try repaired(whole + [UInt8](repeating: 0, count: 5000))
        #expect(note?.contains("5000 bytes") == true && after == whole)
        #expect(try repaired([UInt8](repeating: 0, count: 10)).content.isEmpty)
    }

    @Test func `a long torn message is found in pieces`() throws {
        let long = Array("{\"a\": \"".utf8) + [UInt8](repeating: 0x61, count: 200_000)
        let (_, after) = try repaired(whole + long)
        #expect(after == whole)
        let (note, ended) = try repaired(whole + long + Array("\"}".utf8))
        #expect(note?.contains("newline") == true && ended.count == whole.count + long.count + 3)
    }

    @Test func `other files are not touched`() throws {
        for content in ["not ours", "# comment\n", "[1]\n", "\n"] {
            let error = #expect(throws: FilePublisherError.self) { try repaired(Array(content.utf8)) }
            #expect(error?.description.contains("something else than messages") == true)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
        }
        try Data(Array("{\"id\":".utf8) + [UInt8](repeating: 0x61, count: 300_000)).write(to: URL(filePath: path))
        let descriptor = open(path, O_RDWR | O_APPEND)
        defer { close(descriptor) }
        var repair = MessageFileRepair(path: path, descriptor: descriptor, calls: .system)
        repair.longestTail = 1000
        let error = #expect(throws: FilePublisherError.self) { try repair.run() }
        #expect(error?.description.contains("too long") == true)
    }

    @Test func `only regular files`() throws {
        #expect(mkfifo(folder.path + "/fifo", 0o600) == 0)
        for path in [folder.path, folder.path + "/fifo", "/dev/null", folder.path + "/missing/m"] {
            let error = #expect(throws: FilePublisherError.self) { _ = try MessageFile(path: path).repair }
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test func `a relative path is taken`() throws {
        let name = "w2f-relative-\(UUID().uuidString).jsonl"
        defer { unlink(name) }
        #expect(try MessageFile(path: name).repair == nil)
        #expect(access(name, F_OK) == 0)
    }

    @Test(arguments: [
        "{}", "{\"a\": [1, {\"b\": \"\\\\\"}]}", "{\"a\": \"]}\\\"\"}",
    ])
    func `whole objects`(_ text: String) {
        #expect(MessageFileRepair.isWholeObject(Array(text.utf8)[...]))
    }

    @Test(arguments: ["", "{", "{}}", "{} ", "[]", "{\"a\"", "{\"a\": \"}", "{\"a\": {}", "{\"a\": \"\n\"}", "\0{}"])
    func `no whole objects`(_ text: String) {
        #expect(!MessageFileRepair.isWholeObject(Array(text.utf8)[...]))
    }
}
