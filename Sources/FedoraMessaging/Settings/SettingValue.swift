import TOMLKit

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
