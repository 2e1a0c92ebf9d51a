/// The line on which each key of a TOML text stands, which the parser doesn't tell.
///
/// Meant for texts that the parser took: on others it finds what it can and never fails.
struct TOMLLineIndex: Sendable {
    private let lines: [[String]: Int]
    /// The first line with something that the parser (toml++ 3.4) must not see, for it doesn't refuse it but ends the process,
    /// and what that is: a table header whose name begins with what no name can begin with, a date that no time follows where
    /// one has to, or a brace that ends nothing in an array.
    let malformed: (line: Int, reason: String)?
    /// The line on which more than ``maximumDepth`` arrays, inline tables or parts of a key stand in each other, or a part
    /// has more than ``maximumKeyCount`` bytes; nil if there is none. What follows it was not scanned. The parser bounds
    /// arrays and tables, but not the parts of a key, and its time and memory grow with their square.
    let tooDeepLine: Int?

    /// Deeper than any setting.
    static let maximumDepth = 32
    /// Bytes of a part of a key, as it is written: longer than any name.
    static let maximumKeyCount = 1024

    /// Scans a text.
    init(text: [UInt8]) {
        var scanner = Scanner(text: text)
        scanner.scan()
        lines = scanner.lines.merging(scanner.implied) { known, _ in known }
        malformed = scanner.malformed
        tooDeepLine = scanner.tooDeepLine
    }

    /// The line (from 1) of a key's first appearance, or of the nearest table around it; nil if none is there.
    func line(of path: [String]) -> Int? {
        var path = path
        while !path.isEmpty {
            if let line = lines[path] { return line }
            path.removeLast()
        }
        return nil
    }

    /// The key that begins on a line, with its section; nil if none does.
    func key(on line: Int) -> String? {
        lines.filter { $0.value == line }.max { $0.key.count < $1.key.count }?.key.joined(separator: ".")
    }

    /// Walks over the text: table headers, keys, and values only as far as needed to find their end.
    private struct Scanner {
        let text: [UInt8]
        var position = 0
        var line = 1
        var lines: [[String]: Int] = [:]
        /// The tables around those that have a header, which need none of their own.
        var implied: [[String]: Int] = [:]
        var malformed: (line: Int, reason: String)?
        var tooDeepLine: Int?
        private var depth = 0

        init(text: [UInt8]) {
            self.text = text
        }

        var byte: UInt8? { position < text.count ? text[position] : nil }

        mutating func advance(_ count: Int = 1) {
            for _ in 0..<count where position < text.count {
                if text[position] == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        }

        mutating func skip(while matches: (UInt8) -> Bool) {
            while let byte, matches(byte) { advance() }
        }

        func starts(with mark: String) -> Bool {
            text[position...].starts(with: mark.utf8)
        }

        mutating func record(_ path: [String], line: Int) {
            if lines[path] == nil { lines[path] = line }
        }

        mutating func scan() {
            var table: [String] = []
            skipBlank()
            while position < text.count {
                let start = (position, line)
                if byte == UInt8(ascii: "[") {
                    advance(starts(with: "[[") ? 2 : 1)
                    checkHeader()
                    table = key()
                    record(table, line: start.1)
                    for length in 1..<max(1, table.count) where implied[Array(table[..<length])] == nil {
                        implied[Array(table[..<length])] = start.1
                    }
                    skip { $0 == UInt8(ascii: "]") }
                } else {
                    keyAndValue(in: table)
                }
                if position == start.0 { advance() }
                skipBlank()
            }
        }

        /// Notes that the text is nested too deep, and leaves the rest of it alone.
        mutating func stop() {
            tooDeepLine = tooDeepLine ?? line
            position = text.count
        }

        /// Notes a header whose name can't begin like this.
        mutating func checkHeader() {
            skip { $0 == 0x20 || $0 == 0x09 }
            guard let byte else { return }
            let isBare =
                UnicodeScalar(byte).properties.isASCIIHexDigit || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
            if !isBare && !"_-\"'".utf8.contains(byte) { refuse("a section's name can't begin like this") }
        }

        private mutating func refuse(_ reason: String) {
            malformed = malformed ?? (line, reason)
        }

        /// Blanks, line ends, comments.
        mutating func skipBlank() {
            while let byte {
                if byte == UInt8(ascii: "#") {
                    skip { $0 != UInt8(ascii: "\n") }
                } else if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                    advance()
                } else {
                    return
                }
            }
        }

        mutating func keyAndValue(in table: [String]) {
            let start = line
            let path = table + key()
            for length in table.count..<path.count { record(Array(path[...length]), line: start) }
            guard byte == UInt8(ascii: "=") else { return }
            advance()
            skipBlank()
            value(at: path)
        }

        /// A dotted key, quoted or bare, up to what can't belong to it.
        mutating func key() -> [String] {
            var parts: [String] = []
            func isTooLong(from start: Int) -> Bool { position - start > TOMLLineIndex.maximumKeyCount }
            while true {
                skip { $0 == 0x20 || $0 == 0x09 }
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    let start = position + 1
                    string()
                    if isTooLong(from: start) {
                        stop()
                        return parts
                    }
                    parts.append(String(decoding: text[start..<max(start, position - 1)], as: UTF8.self))
                } else {
                    let start = position
                    skip { !" \t.=]}\n\r#".utf8.contains($0) }
                    if isTooLong(from: start) {
                        stop()
                        return parts
                    }
                    if position > start { parts.append(String(decoding: text[start..<position], as: UTF8.self)) }
                }
                skip { $0 == 0x20 || $0 == 0x09 }
                guard byte == UInt8(ascii: ".") else { return parts }
                guard parts.count < TOMLLineIndex.maximumDepth else {
                    stop()
                    return parts
                }
                advance()
            }
        }

        mutating func value(at path: [String]) {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): string()
            case UInt8(ascii: "["):
                list(until: UInt8(ascii: "]")) { scanner in
                    if scanner.byte == UInt8(ascii: "}") { scanner.refuse("an array holds a } that ends nothing") }
                    scanner.value(at: path)
                }
            case UInt8(ascii: "{"): list(until: UInt8(ascii: "}")) { $0.keyAndValue(in: path) }
            default:
                let start = position
                skip { !",]}#\n".utf8.contains($0) }
                if let reason = Self.fault(inBare: text[start..<position]) { refuse(reason) }
            }
        }

        /// Returns the fault of a number, a word or a time, as far as the parser must not see it.
        private static func fault(inBare value: ArraySlice<UInt8>) -> String? {
            let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
            let isDigit = { (byte: UInt8) in byte &- 0x30 < 10 }
            let isLetter = { (byte: UInt8) in (byte | 0x20) &- 0x61 < 26 }
            guard value.allSatisfy({ isDigit($0) || isLetter($0) || isBlank($0) || "+-_.:".utf8.contains($0) }) else {
                return "outside of quotes there is a character that only a text may have"
            }
            // As the parser tells dates: by two of ten characters, those it passes over left out.
            let word = value.prefix { !isBlank($0) && $0 | 0x20 != UInt8(ascii: "t") }
            let date = word.filter { $0 != UInt8(ascii: "_") }
            guard date.count == 10, date[4] == UInt8(ascii: "-"), date[7] == UInt8(ascii: "-"), isDigit(date[0]),
                let mark = value[word.endIndex...].first
            else { return nil }
            let time = value[word.endIndex...].dropFirst()
            if mark | 0x20 == UInt8(ascii: "t") {
                return time.first.map(isDigit) == true ? nil : "behind a date's T there is no time"
            }
            guard mark == 0x20, time.first.map(isDigit) == true else { return nil }
            return time.dropFirst().first.map(isDigit) == true ? nil : "behind a date and a blank there is no time"
        }

        /// Returns the text in brackets, item by item.
        mutating func list(until end: UInt8, item: (inout Scanner) -> Void) {
            guard depth < TOMLLineIndex.maximumDepth else { return stop() }
            depth += 1
            defer { depth -= 1 }
            advance()
            while true {
                skipBlank()
                guard let byte, byte != end else { return advance() }
                let start = position
                if byte == UInt8(ascii: ",") { advance() } else { item(&self) }
                if position == start { advance() }
            }
        }

        /// A string of any of the four sorts.
        mutating func string() {
            guard let quote = byte else { return }
            let mark = String(repeating: Character(UnicodeScalar(quote)), count: starts(with: triple(quote)) ? 3 : 1)
            advance(mark.utf8.count)
            while byte != nil && !starts(with: mark) {
                advance(byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") ? 2 : 1)
            }
            advance(mark.utf8.count)
            // A multi-line string may end in one or two quotes of its own.
            if mark.utf8.count == 3 { skip { $0 == quote } }
        }

        func triple(_ quote: UInt8) -> String {
            String(repeating: Character(UnicodeScalar(quote)), count: 3)
        }
    }
}
