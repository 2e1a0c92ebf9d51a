import Encodings

/// IMF-fixdate (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, 29 bytes.
enum HTTPDate {
    private static let days: StaticString = "ThuFriSatSunMonTueWed"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// The date of a second since 1970; seconds before that are taken for 0.
    static func bytes(secondsSince1970: Int) -> [UInt8] {
        let seconds = max(0, secondsSince1970)
        let time = CivilTime(secondsSince1970: Int64(seconds))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(29)
        appendName(days, seconds / 86_400 % 7, to: &bytes)
        bytes.append(contentsOf: [ASCII.comma, ASCII.space])
        CivilTime.append(time.day, digits: 2, to: &bytes)
        bytes.append(ASCII.space)
        appendName(months, time.month - 1, to: &bytes)
        bytes.append(ASCII.space)
        CivilTime.append(time.year, digits: 4, to: &bytes)
        bytes.append(ASCII.space)
        CivilTime.append(time.hour, digits: 2, to: &bytes)
        bytes.append(ASCII.colon)
        CivilTime.append(time.minute, digits: 2, to: &bytes)
        bytes.append(ASCII.colon)
        CivilTime.append(time.second, digits: 2, to: &bytes)
        bytes.append(contentsOf: [ASCII.space, 0x47, 0x4D, 0x54])
        return bytes
    }

    private static func appendName(_ names: StaticString, _ index: Int, to bytes: inout [UInt8]) {
        names.withUTF8Buffer { bytes.append(contentsOf: $0[(index * 3)..<(index * 3 + 3)]) }
    }
}

/// The Date field of answers, written anew once a second.
struct DateCache {
    private var second = -1
    private(set) var line: [UInt8] = []

    /// `Date: …` with its line end, for this second since 1970.
    mutating func line(at second: Int) -> [UInt8] {
        if second != self.second {
            self.second = second
            line = Array("Date: ".utf8) + HTTPDate.bytes(secondsSince1970: second) + [ASCII.cr, ASCII.lf]
        }
        return line
    }
}
