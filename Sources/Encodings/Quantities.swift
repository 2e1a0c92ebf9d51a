/// Sizes as people write them: `25 MiB`.
public enum ByteSize {
    private static let units: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000),
        ("kB", 1000), ("B", 1), ("", 1),
    ]

    /// The bytes of a text such as `25 MiB`, `64KiB` or `4096`; nil if it is none, or too large for an integer.
    public static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Int(digits), let scale = units.first(where: { $0.name == unit })?.bytes else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow ? nil : bytes
    }

    /// The shortest exact text of a number of bytes, in binary units.
    public static func text(_ bytes: Int) -> String {
        for unit in units.prefix(3) where bytes >= unit.bytes && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes) \(unit.name)"
        }
        return "\(bytes) B"
    }
}

/// Durations as people write them: `8s`, `500ms`.
public enum DurationText {
    private static let units: [(name: String, milliseconds: Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// The duration of a text such as `8s`, `2m` or `500 ms`; nil if it is none. A number without a unit is none.
    public static func parse(_ text: String) -> Duration? {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Int(digits), let scale = units.first(where: { $0.name == unit })?.milliseconds else {
            return nil
        }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow || milliseconds > 1 << 52 ? nil : .milliseconds(milliseconds)
    }

    /// The shortest exact text of a duration of whole milliseconds, in a unit that people count in.
    public static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        for unit in units.prefix(3) where milliseconds % unit.milliseconds == 0 {
            let count = milliseconds / unit.milliseconds
            // 60s reads better than 1m.
            if count > (unit.name == "m" ? 1 : 0) { return "\(count)\(unit.name)" }
        }
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
