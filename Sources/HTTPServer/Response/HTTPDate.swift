/// IMF-fixdate (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, 29 bytes.
enum HTTPDate {
    private static let days: StaticString = "ThuFriSatSunMonTueWed"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// The date of a second since 1970; seconds before that are taken for 0.
    static func bytes(secondsSince1970: Int) -> [UInt8] {
        let seconds = max(0, secondsSince1970)
        let (day, second) = (seconds / 86_400, seconds % 86_400)
        let (year, month, dayOfMonth) = civil(day)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(29)
        appendName(days, day % 7, to: &bytes)
        bytes.append(contentsOf: [ASCII.comma, ASCII.space])
        appendDigits(dayOfMonth, 2, to: &bytes)
        bytes.append(ASCII.space)
        appendName(months, month - 1, to: &bytes)
        bytes.append(ASCII.space)
        appendDigits(year, 4, to: &bytes)
        bytes.append(ASCII.space)
        appendDigits(second / 3600, 2, to: &bytes)
        bytes.append(ASCII.colon)
        appendDigits(second / 60 % 60, 2, to: &bytes)
        bytes.append(ASCII.colon)
        appendDigits(second % 60, 2, to: &bytes)
        bytes.append(contentsOf: [ASCII.space, 0x47, 0x4D, 0x54])
        return bytes
    }

    /// Days since 1970 to year, month, day in the Gregorian calendar, by counting in eras of 400 years from March on
    /// (so that the leap day is a year's last).
    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func appendName(_ names: StaticString, _ index: Int, to bytes: inout [UInt8]) {
        names.withUTF8Buffer { bytes.append(contentsOf: $0[(index * 3)..<(index * 3 + 3)]) }
    }

    private static func appendDigits(_ number: Int, _ count: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            bytes.append(0x30 + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
