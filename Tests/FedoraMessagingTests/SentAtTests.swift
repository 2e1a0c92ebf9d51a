import FedoraMessaging
import Foundation
import Testing

@Suite struct SentAtTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00+00:00"),
        (951_782_399, "2000-02-28T23:59:59+00:00"),
        (951_782_400, "2000-02-29T00:00:00+00:00"),
        (951_868_800, "2000-03-01T00:00:00+00:00"),
        (1_795_456_219, "2026-11-23T17:50:19+00:00"),
        (4_107_542_399, "2100-02-28T23:59:59+00:00"),
        (4_107_542_400, "2100-03-01T00:00:00+00:00"),
        (-1, "1969-12-31T23:59:59+00:00"),
        (253_402_300_799, "9999-12-31T23:59:59+00:00"),
        (253_402_300_800, "9999-12-31T23:59:59+00:00"),
        (-62_167_219_200, "0000-01-01T00:00:00+00:00"),
        (-62_167_219_201, "0000-01-01T00:00:00+00:00"),
        (.max, "9999-12-31T23:59:59+00:00"),
        (.max - 1, "9999-12-31T23:59:59+00:00"),
        (.min, "0000-01-01T00:00:00+00:00"),
    ])
    func `known`(seconds: Int64, text: String) {
        #expect(SentAt.format(secondsSince1970: seconds) == text)
    }

    @Test func `agrees with foundation`() {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        var seconds: Int64 = -4_000_000_000
        while seconds < 8_000_000_000 {
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
            #expect(SentAt.format(secondsSince1970: seconds) == expected.replacing("Z", with: "+00:00"))
            seconds += 7_777_777
        }
    }
}
