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
