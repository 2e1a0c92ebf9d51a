/// Gathers an answer from the pieces that libcurl gives, within limits. Without I/O.
struct ResponseCollector {
    /// What was too large.
    enum Excess: Hashable {
        case head
        case body
    }

    private let maxHeadBytes: Int
    private let maxBodyBytes: Int
    private var headBytes = 0
    private(set) var fields: [ClientField] = []
    private(set) var body: [UInt8] = []
    /// Why taking ended, if it did.
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
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            fields.removeAll()
        } else if let colon = text.firstIndex(of: ":") {
            fields.append(ClientField(String(text[..<colon]), Self.trimmed(text[text.index(after: colon)...])))
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

    private static func trimmed(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return String(text)
    }
}
