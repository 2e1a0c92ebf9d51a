import CLibpq
import Encodings

/// A statement's parameters as libpq takes them: text, but for binary values. All bytes stand in one buffer, each text
/// closed by a zero byte. The server infers the types from the statement.
struct PostgresParameters {
    /// The most parameters that the protocol can carry.
    static let most = 65_535

    private var bytes: [UInt8] = []
    /// The start of each value in `bytes`; -1 for NULL.
    private var offsets: [Int] = []
    private var lengths: [CInt] = []
    private var formats: [CInt] = []

    /// - Throws: `invalidParameter` for what PostgreSQL cannot store; the text names the parameter by its number.
    init(_ values: [SQLValue]) throws(DatabaseError) {
        guard values.count <= Self.most else {
            throw DatabaseError(.invalidParameter, "\(values.count) parameters are more than \(Self.most)")
        }
        for (index, value) in values.enumerated() {
            try append(value, number: index + 1)
        }
    }

    /// The number of parameters.
    var count: CInt { CInt(offsets.count) }

    /// Gives libpq's arrays of values, lengths and formats (1 is binary), valid during `body`.
    func withPointers<Value>(
        _ body: ([UnsafePointer<CChar>?], [CInt], [CInt]) -> Value
    ) -> Value {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = offsets.map { offset in offset < 0 ? nil : base.map { $0 + offset } }
            return body(pointers, lengths, formats)
        }
    }

    private mutating func append(_ value: SQLValue, number: Int) throws(DatabaseError) {
        switch value {
        case .null:
            addNull()
        case .integer(let value):
            add("\(value)".utf8, format: 0)
        case .real(let value):
            add("\(value)".utf8, format: 0)
        case .text(let value):
            guard !value.utf8.contains(0) else { throw .zeroInText(parameter: number) }
            add(value.utf8, format: 0)
        case .blob(let value):
            add(value, format: 1)
        }
    }

    private mutating func addNull() {
        formats.append(0)
        offsets.append(-1)
        lengths.append(0)
    }

    private mutating func add(_ value: some Collection<UInt8>, format: CInt) {
        formats.append(format)
        offsets.append(bytes.count)
        lengths.append(CInt(clamping: value.count))
        bytes.append(contentsOf: value)
        bytes.append(0)
    }
}

extension DatabaseError {
    /// The same words from both drivers.
    static func zeroInText(parameter number: Int) -> DatabaseError {
        DatabaseError(.invalidParameter, "parameter $\(number) is text with a U+0000, which cannot be stored")
    }
}

/// Reads libpq's results into ours.
enum PostgresResult {
    /// The rows and their number that a successful result has.
    static func read(_ result: OpaquePointer) -> SQLResult {
        let columnCount = PQnfields(result)
        let columns = (0..<columnCount).map { String(cString: PQfname(result, $0)) }
        let types = (0..<columnCount).map { PQftype(result, $0) }
        let rows = (0..<PQntuples(result)).map { row in
            SQLRow(columns: columns, values: (0..<columnCount).map { value(result, row, $0, types[Int($0)]) })
        }
        return SQLResult(rows: rows, affectedRows: affectedRows(result))
    }

    /// PostgreSQL counts a SELECT's rows too; SQLite does not.
    private static func affectedRows(_ result: OpaquePointer) -> Int {
        guard let tag = PQcmdStatus(result), let count = PQcmdTuples(result) else { return 0 }
        return tag.pointee == CChar(UInt8(ascii: "S")) ? 0 : Int(String(cString: count)) ?? 0
    }

    private static func value(_ result: OpaquePointer, _ row: CInt, _ column: CInt, _ type: Oid) -> SQLValue {
        guard PQgetisnull(result, row, column) == 0, let bytes = PQgetvalue(result, row, column) else { return .null }
        let count = Int(PQgetlength(result, row, column))
        let buffer = UnsafeRawBufferPointer(start: bytes, count: count)
        switch type {
        case 17:
            return .blob(PostgresBytea.decode(buffer))
        case 16:
            return .integer(buffer.first == UInt8(ascii: "t") ? 1 : 0)
        case 20, 21, 23, 26:
            return Int64(String(decoding: buffer, as: UTF8.self)).map { .integer($0) } ?? .null
        case 700, 701:
            return real(String(decoding: buffer, as: UTF8.self))
        case 1700:
            let text = String(decoding: buffer, as: UTF8.self)
            return Int64(text).map { .integer($0) } ?? .text(text)
        default:
            return .text(String(decoding: buffer, as: UTF8.self).streamSafe)
        }
    }

    private static func real(_ text: String) -> SQLValue {
        switch text {
        case "Infinity": .real(.infinity)
        case "-Infinity": .real(-.infinity)
        default: Double(text).map { .real($0) } ?? .text(text)
        }
    }
}

/// PostgreSQL's text form of `bytea` (its documentation, section 8.4).
enum PostgresBytea {
    /// The bytes of the hex form (`\x` and two digits a byte), or of the older escape form.
    static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        guard text.count >= 2, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else {
            return decodeEscapes(text)
        }
        let count = (text.count - 2) / 2
        return [UInt8](unsafeUninitializedCapacity: count) { output, written in
            for index in 0..<count {
                output[index] = digit(text[2 + 2 * index]) << 4 | digit(text[3 + 2 * index])
            }
            written = count
        }
    }

    /// `\\` is a backslash, `\nnn` a byte in octal, all else stands for itself.
    private static func decodeEscapes(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\\"), index + 3 < text.count, text[index + 1] != UInt8(ascii: "\\") {
                bytes.append((text[index + 1] & 7) << 6 | (text[index + 2] & 7) << 3 | text[index + 3] & 7)
                index += 4
            } else {
                bytes.append(byte)
                index += byte == UInt8(ascii: "\\") ? 2 : 1
            }
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt8 {
        character <= UInt8(ascii: "9") ? character &- UInt8(ascii: "0") : (character | 0x20) &- UInt8(ascii: "a") &+ 10
    }
}
