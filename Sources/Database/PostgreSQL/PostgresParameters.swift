import CLibpq

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
