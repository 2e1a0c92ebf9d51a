import Glibc
import TOMLKit

/// A TOML file, parsed, with the line of each of its keys.
package struct TOMLDocument: Sendable {
    /// The file's name, as messages give it.
    package let file: String
    /// The content of the file.
    package let root: [String: SettingValue]
    private let lines: TOMLLineIndex

    /// The most bytes a settings file may have: enough for any, and a wrong path is refused quickly.
    package static let maximumSize = 1 << 20

    /// Reads and parses the file at `path`.
    package init(path: String) throws(SettingsError) {
        let bytes: [UInt8]
        do {
            bytes = try SmallFile.read(path, limit: Self.maximumSize)
        } catch {
            throw SettingsError([
                SettingsProblem(source: .file(path: path, line: nil), key: "", message: error.description)
            ])
        }
        try self.init(bytes: bytes, file: path)
    }

    /// Parses the bytes of a file.
    /// - Parameter file: what messages call it.
    package init(bytes: [UInt8], file: String) throws(SettingsError) {
        self.file = file
        guard bytes.count <= Self.maximumSize else {
            let line = bytes[..<Self.maximumSize].count { $0 == 0x0A } + 1
            throw SettingsError([
                SettingsProblem(
                    source: .file(path: file, line: line), key: "",
                    message: "the file has more than \(Self.maximumSize) bytes; this line is beyond them")
            ])
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw SettingsError([
                SettingsProblem(
                    source: .file(path: file, line: Self.lineOfFirstBadByte(bytes)), key: "",
                    message: "this is not text in UTF-8")
            ])
        }
        lines = TOMLLineIndex(text: bytes)
        if let line = lines.tooDeepLine {
            throw SettingsError([
                SettingsProblem(
                    source: .file(path: file, line: line), key: "",
                    message:
                        "nested too deep, or a key too long: at most \(TOMLLineIndex.maximumDepth) arrays, tables or parts "
                        + "of a key, of at most \(TOMLLineIndex.maximumKeyCount) bytes")
            ])
        }
        if let malformed = lines.malformed {
            throw SettingsError([
                SettingsProblem(
                    source: .file(path: file, line: malformed.line), key: "",
                    message: "not valid TOML: \(malformed.reason)")
            ])
        }
        do {
            root = SettingValue.entries(of: try TOMLTable(string: text))
        } catch let error as TOMLParseError {
            throw SettingsError([
                SettingsProblem(
                    source: .file(path: file, line: error.source.begin.line),
                    key: lines.key(on: error.source.begin.line) ?? "",
                    message: "not valid TOML: \(error.description)")
            ])
        } catch {
            throw SettingsError([
                SettingsProblem(source: .file(path: file, line: nil), key: "", message: "not valid TOML")
            ])
        }
    }

    /// Returns the place of a key in this file, for messages.
    package func source(of path: [String]) -> SettingsProblem.Source {
        .file(path: file, line: lines.line(of: path))
    }

    private static func lineOfFirstBadByte(_ bytes: [UInt8]) -> Int {
        var line = 1
        for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if part.contains(0) || String(validating: part, as: UTF8.self) == nil { return line }
            line += 1
        }
        return line
    }
}

/// A value of a TOML file, detached from the parser's memory.
package indirect enum SettingValue: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case double(Double)
    case boolean(Bool)
    case array([SettingValue])
    case table([String: SettingValue])
    /// A date, time or both, which no setting takes.
    case date

    init(_ value: some TOMLValueConvertible) {
        if let string = value.string {
            self = .string(string)
        } else if let integer = value.int {
            self = .integer(integer)
        } else if let double = value.double {
            self = .double(double)
        } else if let boolean = value.bool {
            self = .boolean(boolean)
        } else if let array = value.array {
            self = .array(array.map { SettingValue($0.tomlValue) })
        } else if let table = value.table {
            self = .table(Self.entries(of: table))
        } else {
            self = .date
        }
    }

    static func entries(of table: TOMLTable) -> [String: SettingValue] {
        var entries: [String: SettingValue] = [:]
        for key in table.keys {
            if let value = table[key] { entries[key] = SettingValue(value.tomlValue) }
        }
        return entries
    }

    /// The kind of the value, for "expected …, found …".
    package var kind: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .double: "a floating-point number"
        case .boolean: "a boolean"
        case .array: "an array"
        case .table: "a table"
        case .date: "a date or time"
        }
    }
}
