/// A point of time as year, month, day, hour, minute and second of UTC (proleptic Gregorian calendar), by arithmetic
/// alone: Foundation's formatters cost more than the rest of a message.
public struct CivilTime: Equatable, Sendable {
    /// The year, 0 to 9999.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int
    /// The hour, 0 to 23.
    public let hour: Int
    /// The minute, 0 to 59.
    public let minute: Int
    /// The second, 0 to 59.
    public let second: Int

    /// The times with a year of four digits: from the year 0 to the end of 9999.
    private static let range: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// The time `seconds` after 1970-01-01T00:00:00Z; before the year 0 its beginning, after 9999 its end.
    public init(secondsSince1970 seconds: Int64) {
        let seconds = min(max(seconds, Self.range.lowerBound), Self.range.upperBound)
        let secondOfDay = Int((seconds % 86_400 + 86_400) % 86_400)
        hour = secondOfDay / 3600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
        // Days are counted from 0000-03-01, so that a leap day is the last of its year; an era is 400 years.
        let days = Int((seconds - Int64(secondOfDay)) / 86_400) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Appends `2026-11-23T17:50:19`, 19 bytes.
    public func appendISO8601(to bytes: inout [UInt8]) {
        Self.append(year, digits: 4, to: &bytes)
        Self.append("-", month, to: &bytes)
        Self.append("-", day, to: &bytes)
        Self.append("T", hour, to: &bytes)
        Self.append(":", minute, to: &bytes)
        Self.append(":", second, to: &bytes)
    }

    private static func append(_ mark: Unicode.Scalar, _ number: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: mark))
        append(number, digits: 2, to: &bytes)
    }

    /// Appends a number with at least `digits` digits; a negative one as 0.
    public static func append(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
        let number = max(0, number)
        var divisor = 1
        for _ in 1..<max(1, digits) { divisor *= 10 }
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}
