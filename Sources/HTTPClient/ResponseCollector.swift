/// Gathers an answer from the pieces that libcurl gives, within limits. Without I/O.
struct ResponseCollector {
    /// The part that was too large.
    enum Excess: Hashable {
        case head
        case body
    }

    private let maxHeadBytes: Int
    private let maxBodyBytes: Int
    private var headBytes = 0
    private(set) var fields: [ClientField] = []
    private(set) var body: [UInt8] = []
    /// The reason why taking ended, if it did.
    private(set) var excess: Excess?

    init(maxHeadBytes: Int, maxBodyBytes: Int) {
        self.maxHeadBytes = maxHeadBytes
        self.maxBodyBytes = maxBodyBytes
    }

    /// One line of a head, its end included. A status line begins anew: what came before was an interim answer (1xx).
    /// - Returns: whether to go on.
    mutating func takeLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= maxHeadBytes else {
            excess = .head
            return false
        }
        // By bytes: characters may be as long as the line.
        if line.starts(with: "HTTP/".utf8) {
            fields.removeAll()
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self)
            fields.append(ClientField(name, Self.trimmed(line[(colon + 1)...])))
        }
        return true
    }

    /// A piece of the body.
    /// - Returns: whether to go on.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= maxBodyBytes else {
            excess = .body
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        let start = bytes.drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start.startIndex
        return String(decoding: start[..<end], as: UTF8.self)
    }
}
