import Glibc

/// How the CPU time of some work grows with its input: from n to 8n, 8 times if it is linear and 64 times if it is
/// quadratic, on any machine.
package enum Growth {
    /// What an input eight times as large may take: twice what is linear.
    package static let limit = 16.0

    /// CPU time of the calling thread, in nanoseconds: what other threads and processes do meanwhile does not count.
    private static func clock() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// How many times as long `work` takes for 8n as for n: of each the least of five, or of fewer where the first are
    /// well within the limit.
    ///
    /// - Parameters:
    ///   - size: n, in whatever `make` counts.
    ///   - make: Makes an input of a size; not measured.
    ///   - work: Reads an input. It is repeated, for n and 8n alike, until it takes long enough to be measured.
    package static func ratio<Input>(
        from size: Int, _ make: (Int) throws -> Input, _ work: (Input) throws -> Void
    ) rethrows -> Double {
        let (small, large) = (try make(size), try make(8 * size))
        func time(_ input: Input, _ repeats: Int) throws -> UInt64 {
            let start = clock()
            for _ in 0..<repeats { try work(input) }
            return max(1, clock() - start)
        }
        var repeats = 1
        while try time(small, repeats) < 500_000, repeats < 1 << 16 { repeats *= 2 }
        var (least, most) = (UInt64.max, UInt64.max)
        for _ in 0..<5 {
            least = min(least, try time(small, repeats))
            most = min(most, try time(large, repeats))
            if Double(most) <= 12 * Double(least) { break }
        }
        return Double(most) / Double(least)
    }
}

/// Texts of a length that parsers have trouble with.
package struct TextFamily: Sendable, CustomStringConvertible {
    /// What it is called in a test's name.
    package let description: String
    /// The text of so many units.
    package let text: @Sendable (Int) -> String

    private init(_ name: String, _ text: @escaping @Sendable (Int) -> String) {
        description = name
        self.text = text
    }

    /// Those but the marks that have to be sorted before texts are compared: for what is bounded otherwise, and short.
    package static let sorted = all.filter {
        !$0.description.contains("wrong order") && !$0.description.contains("two runs")
    }

    /// Long runs of one byte, of one character, and of what joins the character before it.
    package static let all: [TextFamily] =
        ["a", " ", "0", "9", "-", ".", "/", ":", ",", ";", "%", "=", "&", "?", "#", "@", "\\", "'", "(", "*", "\t"].map
    {
        byte in TextFamily("run of \(byte)") { String(repeating: byte, count: $0) }
    } + [
        TextFamily("quotes") { String(repeating: "\"", count: $0) },
        TextFamily("line ends") { String(repeating: "\r\n", count: $0) },
        TextFamily("regional indicators") { String(repeating: "\u{1F1E9}", count: $0) },
        TextFamily("regional indicators, then a blank") { String(repeating: "\u{1F1E9}", count: $0) + " " },
        TextFamily("combining marks") { "a" + String(repeating: "\u{301}", count: $0) },
        TextFamily("combining marks in the wrong order") { "a" + String(repeating: "\u{301}\u{316}", count: $0 / 2) },
        TextFamily("combining marks in two runs") {
            "a" + String(repeating: "\u{301}", count: $0 / 2) + String(repeating: "\u{316}", count: $0 / 2)
        },
        TextFamily("joined emoji") { String(repeating: "\u{1F468}\u{200D}", count: $0) },
        TextFamily("Hangul") { String(repeating: "\u{1100}\u{1161}", count: $0) },
        TextFamily("Indic conjuncts") { String(repeating: "\u{915}\u{94D}", count: $0) },
        TextFamily("blanks of other scripts") { String(repeating: "\u{3000}", count: $0) },
        TextFamily("words") { String(repeating: "a, ", count: $0) },
        TextFamily("pairs") { String(repeating: "a=b&", count: $0) },
        TextFamily("parts of a path") { String(repeating: "a/", count: $0) },
        TextFamily("parts of a name") { String(repeating: "a.", count: $0) },
        TextFamily("brackets") { String(repeating: "[", count: $0) },
        TextFamily("braces") { String(repeating: "{", count: $0) },
        TextFamily("escapes") { String(repeating: "%41", count: $0) },
    ]
}
