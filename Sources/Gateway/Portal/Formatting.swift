import Database
import Encodings
import FedoraMessaging

/// A moment as `<time>` needs it.
struct Moment: Sendable {
    /// ISO 8601, for programs.
    var iso: String
    /// For people, in UTC.
    var text: String
}

extension Moment {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Creates the moment as pages show it: `23 Nov 2026, 21:40 UTC`; `unknown` outside of the years 1970 to 9999.
    init(_ time: UnixTime) {
        guard time.isKnown else {
            let end = time.milliseconds < 0 ? "1970-01-01T00:00:00Z" : "9999-12-31T23:59:59Z"
            self.init(iso: end, text: "unknown")
            return
        }
        let civil = CivilTime(secondsSince1970: time.secondsSince1970)
        var bytes: [UInt8] = []
        civil.appendISO8601(to: &bytes)
        let iso = String(decoding: bytes, as: UTF8.self)
        let clock = iso.dropFirst(iso.count - 8).prefix(5)
        self.init(
            iso: iso + "Z", text: "\(civil.day) \(Self.months[civil.month - 1]) \(civil.year), \(clock) UTC")
    }
}

/// Numbers as people read them.
enum NumberText {
    /// Returns the number with a comma before every three digits: `12,345`.
    static func grouped(_ number: some BinaryInteger) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
            result.append(digit)
        }
        return (number < 0 ? "−" : "") + result
    }

    /// `1 token`, `5,000 tokens`.
    static func counted(_ number: some BinaryInteger, _ one: String, _ many: String) -> String {
        "\(grouped(number)) \(number == 1 ? one : many)"
    }

    /// Returns a number of bytes: `812 B`, `7.2 kB`, `1.5 MB`.
    static func size(_ bytes: Int) -> String {
        if bytes < 0 { return "Invalid size" }
        if bytes < 1000 { return "\(bytes) B" }
        let (tenth, name) = bytes < 1_000_000 ? (100, "kB") : (100_000, "MB")
        let tenths = bytes / tenth + (bytes % tenth >= tenth / 2 ? 1 : 0)
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(name)" : "\((tenths + 5) / 10) \(name)"
    }
}
