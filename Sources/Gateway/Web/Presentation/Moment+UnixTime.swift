import Database
import Encodings
import FedoraMessaging
import WebPages

extension Moment {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// A point in time as pages show it: `23 Nov 2026, 21:40 UTC`; `unknown` outside of the years 1970 to 9999.
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
