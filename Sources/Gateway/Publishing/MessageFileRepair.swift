import FedoraMessaging
import Glibc

/// Repairs the end of a file of messages after a crash.
///
/// A message is answered with 2xx only when its line, newline included, is on the disk. So a last line without a
/// newline was promised to nobody. If it is a whole message all the same, it gets its newline; else it is cut off,
/// because `fedora-messaging publish` stops at a line that it can't read.
struct MessageFileRepair {
    let path: String
    let descriptor: CInt
    let calls: FilePublisherCalls
    /// The longest last line that is taken for a torn message; anything longer is no file of ours.
    var longestTail = 256 << 20

    /// Repairs, if there is something to repair.
    /// - Returns: what was done, for the log; nil if nothing was.
    /// - Throws: if the file holds something else than messages, which must not be cut, or can't be repaired.
    func run() throws(FilePublisherError) -> String? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("can't be asked for its length") }
        let size = Int(status.st_size)
        guard size > 0 else { return nil }
        let first = try bytes(at: 0, count: 1)
        // A crash can leave zeros where the file system gave out space and the bytes never came.
        guard first == [UInt8(ascii: "{")] || first == [0] else {
            throw FilePublisherError("\(path) holds something else than messages: give another path (broker.file)")
        }
        let start = try startOfLastLine(size: size)
        guard start < size else { return nil }
        let tail = try bytes(at: start, count: size - start)
        if Self.isWholeObject(tail) {
            let newline: [UInt8] = [0x0A]
            guard newline.withUnsafeBytes({ calls.write(descriptor, $0) }) == 1, calls.synchronize(descriptor) == 0
            else { throw failure("can't be repaired") }
            return "the last message in \(path) lacked its newline, which was added"
        }
        guard calls.truncate(descriptor, start) == 0, calls.synchronize(descriptor) == 0 else {
            throw failure("can't be repaired")
        }
        return "a torn message of \(tail.count) bytes, which was never answered, was cut off the end of \(path)"
    }

    /// Where the line begins that has no newline; the file's size if there is none such.
    private func startOfLastLine(size: Int) throws(FilePublisherError) -> Int {
        var end = size
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
        FilePublisherError("\(path) \(words): \(SmallFile.text(of: errno))")
    }

    /// Whether bytes are one JSON object from its first brace to its last: enough to tell a whole line that we wrote
    /// from a torn one, which always lacks the last brace.
    static func isWholeObject(_ bytes: [UInt8]) -> Bool {
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
