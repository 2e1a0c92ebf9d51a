import Encodings
import Glibc

/// Repairs the end of a file of messages after a crash or a loss of power.
///
/// A message is answered with 2xx only when its line, newline included, is on the disk. So what a crash leaves behind, in the
/// last batch alone, was promised to nobody: a last line without a newline, and zeros where the file system gave out
/// space and the bytes never came, at the end or in the middle of the batch. What is whole all the same stays, a last line
/// with its newline added; the rest is cut out, because `fedora-messaging publish` stops at a line that it can't read.
struct MessageFileRepair {
    let path: String
    let descriptor: CInt
    let calls: FilePublisherCalls
    /// The longest last line that is taken for a torn message; anything longer is no file of ours.
    var longestTail = 256 << 20
    /// The bytes before the end in which zeros are looked for: more than those of any batch (`broker.window_bytes`, or one
    /// message that is larger).
    var searched: Int

    init(path: String, descriptor: CInt, calls: FilePublisherCalls, searched: Int = 64 << 20) {
        self.path = path
        self.descriptor = descriptor
        self.calls = calls
        self.searched = searched
    }

    /// Repairs, if there is something to repair.
    /// - Returns: What was done, for the log, or `nil` if nothing was.
    /// - Throws: ``FilePublisherError`` if the file holds something else than messages, which must not be cut, or can't be repaired.
    func run() throws(FilePublisherError) -> String? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("can't be asked for its length") }
        let size = Int(status.st_size)
        guard size > 0 else { return nil }
        let first = try bytes(at: 0, count: 1)
        guard first == [UInt8(ascii: "{")] || first == [0] else {
            throw FilePublisherError("\(path) holds something else than messages: give another path (broker.file)")
        }
        if let zero = try firstZero(size: size) { return try cutOut(from: lineStart(before: zero, size: size), size) }
        let start = try lineStart(before: size, size: size)
        guard start < size else { return nil }
        return try repairLastLine(from: start, size)
    }

    private func repairLastLine(from start: Int, _ size: Int) throws(FilePublisherError) -> String {
        let tail = try bytes(at: start, count: size - start)
        if Self.isWholeObject(tail[...]) {
            try append([0x0A])
            return "the last message in \(path) lacked its newline, which was added"
        }
        try cut(to: start)
        return "a torn message of \(tail.count) bytes, which was never answered, was cut off the end of \(path)"
    }

    /// Takes out whatever isn't whole from `start` on.
    private func cutOut(from start: Int, _ size: Int) throws(FilePublisherError) -> String {
        let tail = try bytes(at: start, count: size - start)
        var kept: [UInt8] = []
        var messages = 0
        for line in tail.split(separator: 0x0A) where Self.isWholeObject(line) {
            kept += line + [0x0A]
            messages += 1
        }
        try cut(to: start)
        // Should this be the moment of the next crash: these were promised to nobody either.
        if !kept.isEmpty { try append(kept) }
        return "torn messages of \(tail.count - kept.count) bytes, which were never answered, were cut out of \(path); "
            + "\(messages) messages after them are whole and stay"
    }

    private func cut(to length: Int) throws(FilePublisherError) {
        guard calls.truncate(descriptor, length) == 0, calls.synchronize(descriptor) == 0 else {
            throw failure("can't be repaired")
        }
    }

    private func append(_ bytes: [UInt8]) throws(FilePublisherError) {
        guard calls.writeAll(bytes, to: descriptor), calls.synchronize(descriptor) == 0 else {
            throw failure("can't be repaired")
        }
    }

    /// Returns the place of the first zero in the part that the last batch may be in; no message holds one.
    private func firstZero(size: Int) throws(FilePublisherError) -> Int? {
        var start = max(0, size - searched)
        while start < size {
            let piece = try bytes(at: start, count: min(1 << 20, size - start))
            let place = piece.withUnsafeBytes { buffer in
                buffer.baseAddress.flatMap { base in
                    memchr(base, 0, buffer.count).map { UnsafeRawPointer($0) - base }
                }
            }
            if let place { return start + place }
            start += piece.count
        }
        return nil
    }

    /// Returns the start of the line that goes up to `end`, or on beyond it; `end` itself after a newline.
    private func lineStart(before end: Int, size: Int) throws(FilePublisherError) -> Int {
        var end = end
        while end > 0 {
            let start = max(0, end - 65_536)
            let piece = try bytes(at: start, count: end - start)
            if let newline = piece.lastIndex(of: 0x0A) { return start + newline + 1 }
            end = start
            guard size - end <= longestTail else {
                throw FilePublisherError("\(path) ends in a line too long for a message: is this the right file?")
            }
        }
        return 0
    }

    private func bytes(at offset: Int, count: Int) throws(FilePublisherError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
            }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw failure("can't be read") }
            done += got
        }
        return bytes
    }

    private func failure(_ words: String) -> FilePublisherError {
        FilePublisherError("\(path) \(words): \(systemErrorText(errno))")
    }

    /// Returns `true` if bytes are one JSON object from its first brace to its last: enough to tell a whole line that we wrote
    /// from a torn one, which always lacks the last brace, and from one with a hole, which holds zeros.
    static func isWholeObject(_ bytes: ArraySlice<UInt8>) -> Bool {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                guard byte >= 0x20 else { return false }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index == bytes.count - 1 && bytes.first == UInt8(ascii: "{") }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }
}
