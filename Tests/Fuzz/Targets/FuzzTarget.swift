/// A part of the program that gets any bytes, with what has to hold of what comes of them.
package struct FuzzTarget: Sendable {
    /// What it is called on the command line, and its folder of the corpus.
    package let name: String
    /// Words that mean something to what is fuzzed, for libFuzzer's mutations.
    let words: [String]
    private let check: @Sendable (inout FuzzInput, Bool) throws -> Void

    /// - Parameter check: Runs the code on an input, and throws ``Finding`` if something does not hold. The second parameter
    ///   says whether the target is to behave as if it had a certain fault, which a fuzzer that works finds soon.
    init(
        _ name: String, words: [String] = [], _ check: @escaping @Sendable (inout FuzzInput, Bool) throws -> Void
    ) {
        self.name = name
        self.words = words
        self.check = check
    }

    /// All targets.
    package static let all: [FuzzTarget] = [
        .http, .chunks, .web, .services, .redaction, .broker, .wire, .provider, .configuration, .rows, .text, .file,
    ]

    /// Runs it on an input.
    /// - Throws: ``Finding``.
    package func run(_ bytes: [UInt8], isPlanted: Bool = false) throws {
        var input = FuzzInput(bytes)
        try check(&input, isPlanted)
    }

    /// The words as libFuzzer reads them: one a line, in quotes, with bytes as `\xNN`.
    package var dictionary: String {
        words.map { word in
            let text = word.utf8.map { byte in
                (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                    ? String(Unicode.Scalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            return "\"\(text.joined())\""
        }.joined(separator: "\n")
    }
}

/// What does not hold.
package struct Finding: Error, CustomStringConvertible {
    /// In words.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws a finding unless a condition holds.
func require(_ condition: Bool, _ what: @autoclosure () -> String) throws(Finding) {
    guard condition else { throw Finding(what()) }
}

/// Bytes as text of as many characters, for what a finding says.
func shown(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).debugDescription
}
