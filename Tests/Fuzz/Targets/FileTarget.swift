import Glibc

@testable import Gateway

extension FuzzTarget {
    /// The file of messages after a crash: what is whole stays, what is torn goes, and the second repair finds nothing.
    static let file = FuzzTarget(
        "file", words: ["{\"a\":1}\n", "{\"b\":\"\\\"}\"}", "\n", "\0\0\0\0", "}", "{\"c\":[{}]}"]
    ) {
        input, isPlanted in
        let before = content(&input)
        let descriptor = temporaryFile()
        guard descriptor >= 0 else { throw Finding("there is no temporary file") }
        defer { close(descriptor) }
        guard before.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == before.count else {
            throw Finding("the temporary file cannot be written")
        }
        var calls = FilePublisherCalls.system
        calls.synchronize = { _ in 0 }
        let repair = MessageFileRepair(path: "messages", descriptor: descriptor, calls: calls, searched: 1 << 20)
        let report: String?
        do throws(FilePublisherError) {
            report = try repair.run()
        } catch {
            return try require(read(descriptor) == before, "\(error), and the file is another: \(shown(before))")
        }
        var after = read(descriptor)
        let lines = after.split(separator: 0x0A)
        if isPlanted, before.contains(0), before.last == UInt8(ascii: "}"), lines.count > 2 {
            after = lines.dropLast().flatMap { $0 + [0x0A] }
        }
        try check(before, after, report)
        try require((try? repair.run()) == .some(nil), "repaired twice: \(shown(before)), \(shown(after))")
    }

    private static func check(_ before: [UInt8], _ after: [UInt8], _ report: String?) throws {
        guard report != nil else { return try require(after == before, "changed without a word: \(shown(before))") }
        let words = "\(shown(before)) became \(shown(after))"
        try require(after.isEmpty || after.last == 0x0A, "no line at the end: \(words)")
        try require(!after.contains(0), "zeros: \(words)")
        let (old, new) = (before.split(separator: 0x0A), after.split(separator: 0x0A))
        let isWhole = { (line: ArraySlice<UInt8>) in MessageFileRepair.isWholeObject(line) }
        try require(old.filter(isWhole) == new.filter(isWhole), "other messages: \(words)")
        // Nothing before the damage is touched.
        let damage = before.firstIndex(of: 0) ?? before.count
        let start = before[..<damage].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        try require(after.starts(with: before[..<start]), "changed before the damage: \(words)")
        try require(new.dropFirst(old.count { $0.endIndex <= start }).allSatisfy(isWhole), "torn messages: \(words)")
    }

    /// Messages, whole and torn, zeros, and anything.
    private static func content(_ input: inout FuzzInput) -> [UInt8] {
        let messages = ["{\"id\": \"1\"}", "{\"body\": {\"a\": [\"}\\\"\"]}}", "{\"x\": \"\u{2028}{\"}"].map {
            Array($0.utf8)
        }
        var content = input.flag() ? messages[0] + [0x0A] : []
        while !input.isEmpty, content.count < 4000 {
            switch input.number(below: 6) {
            case 0, 1: content += input.pick(messages) + [0x0A]
            case 2: content += input.pick(messages).prefix(Int(input.byte()) % 24)
            case 3: content += [UInt8](repeating: 0, count: Int(input.byte()))
            case 4: content += input.pick(messages)
            default: content += input.bytes()
            }
        }
        return content
    }

    /// A file without a name.
    private static func temporaryFile() -> CInt {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(folder)/w2f-fuzz-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { return descriptor }
        unlink(path)
        // Files of messages are written to at their end alone.
        _ = fcntl(descriptor, F_SETFL, O_APPEND)
        return descriptor
    }

    private static func read(_ descriptor: CInt) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(0, count)))
    }
}
