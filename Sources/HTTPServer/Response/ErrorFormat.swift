/// The format of errors for this sender: JSON, unless text is what it likes better (RFC 9110 section 12.5.1).
public enum ErrorFormat: Sendable, Hashable {
    /// `{"error":{"code":…,"message":…}}`
    case json
    /// The message, as plain text. Browsers, too, get this.
    case text

    /// The format that these Accept values ask for. JSON where nothing is asked, where both are liked the same, and
    /// where neither is liked.
    public init(accept values: [ArraySlice<UInt8>]) {
        var json = Preference()
        var text = Preference()
        for value in values {
            let bytes = value.span
            var list = TokenList()
            while let range = list.next(bytes) {
                let (type, quality) = Self.mediaRange(bytes.extracting(range))
                json.offer(type, quality, type: "application", "application/json")
                text.offer(type, quality, type: "text", "text/plain", or: "text/html")
            }
        }
        self = text.quality > json.quality ? .text : .json
    }

    /// The format that a request asks for.
    public init(for head: RequestHead) {
        self = head.first("accept") == nil ? .json : ErrorFormat(accept: head.values("accept"))
    }

    /// The best quality seen for one format, in thousandths, and how exactly it was named.
    private struct Preference {
        var quality = 0
        private var exactness = 0

        mutating func offer(
            _ range: String, _ quality: Int, type: String, _ exact: String, or alternative: String = ""
        ) {
            let exactness =
                switch range {
                case exact, alternative: 3
                case type + "/*": 2
                case "*/*": 1
                default: 0
                }
            guard exactness > 0, exactness >= self.exactness else { return }
            self.quality = exactness > self.exactness ? quality : max(quality, self.quality)
            self.exactness = exactness
        }
    }

    /// `type/subtype` in lower case, and its quality in thousandths. Other parameters are ignored.
    private static func mediaRange(_ bytes: Span<UInt8>) -> (String, Int) {
        var end = 0
        while end < bytes.count, bytes[end] != ASCII.semicolon { end += 1 }
        var typeEnd = end
        while typeEnd > 0, ASCII.isBlank(bytes[typeEnd - 1]) { typeEnd -= 1 }
        var name: [UInt8] = []
        for index in 0..<min(typeEnd, 64) { name.append(ASCII.lowercased(bytes[index])) }
        return (String(decoding: name, as: UTF8.self), quality(bytes, from: end))
    }

    private static func quality(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index + 2 < bytes.count {
            index += 1
            let isParameter = bytes[index - 1] == ASCII.semicolon || ASCII.isBlank(bytes[index - 1])
            if isParameter, ASCII.lowercased(bytes[index]) == 0x71, bytes[index + 1] == ASCII.equals {
                return thousandths(bytes, from: index + 2)
            }
        }
        return 1000
    }

    /// `0`, `0.5`, `1.000`: anything else counts by the digits that it begins with.
    private static func thousandths(_ bytes: Span<UInt8>, from start: Int) -> Int {
        guard start < bytes.count, ASCII.isDigit(bytes[start]) else { return 0 }
        var value = Int(bytes[start] &- 0x30) * 1000
        var place = 100
        var index = start + 2
        while index < bytes.count, place > 0, ASCII.isDigit(bytes[index]) {
            value += Int(bytes[index] &- 0x30) * place
            place /= 10
            index += 1
        }
        return min(value, 1000)
    }

    static func jsonBody(code: String, message: String) -> [UInt8] {
        var body = Array(#"{"error":{"code":""#.utf8)
        appendEscaped(code, to: &body)
        body.append(contentsOf: #"","message":""#.utf8)
        appendEscaped(message, to: &body)
        body.append(contentsOf: #""}}"#.utf8)
        return body
    }

    /// RFC 8259 section 7.
    private static func appendEscaped(_ string: String, to body: inout [UInt8]) {
        for byte in string.utf8 {
            switch byte {
            case ASCII.quote, ASCII.backslash:
                body.append(ASCII.backslash)
                body.append(byte)
            case 0..<0x20:
                body.append(contentsOf: #"\u00"#.utf8)
                body.append(0x30 + byte >> 4)
                body.append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x57 + byte & 15)
            default:
                body.append(byte)
            }
        }
    }
}

extension RequestHead {
    /// A Boolean value that indicates whether a browser asks: `Accept` names `text/html`.
    package var wantsHTML: Bool {
        let wanted = Array("text/html".utf8)
        return values("accept").contains { value in
            let lowered = value.map(ASCII.lowercased)
            return lowered.indices.contains { lowered[$0...].starts(with: wanted) }
        }
    }
}
