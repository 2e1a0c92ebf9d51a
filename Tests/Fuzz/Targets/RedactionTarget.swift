@testable import WebhookServices

extension FuzzTarget {
    /// What is cut out of payloads: all of what a path names and of what is never public goes, all else stays, and what is
    /// left is JSON.
    static let redaction = FuzzTarget("redaction") { input, isPlanted in
        let (removed, blanked) = (paths(&input), paths(&input))
        let marks: [PayloadRedaction.PrivateMark] = input.byte() & 1 == 1 ? [.init("private", "true", "0")] : []
        let redaction = PayloadRedaction(removing: removed, blanking: blanked, marks: marks)
        let cuts = CutPaths(
            removed + blanked + PayloadRedaction.hookConfigurations,
            marks: marks.isEmpty ? [:] : ["private": ["true", "0"]])
        var count = 0
        var kept = 0
        let tree = JSONTree.object(&input, keys: keys, texts: texts, nesting: 3)
        // No text within another: `keep1.` is not in `keep11.`.
        let marked = tree.mapTexts(cuts, cuts.start) { text, isCut, _ in
            count += 1
            if !isCut { kept += 1 }
            return isCut ? "gone\(count)." : text + "keep\(count)."
        }
        let document = marked.write(&input)
        var result = Array(redaction.pieces(of: document[...]).joined())
        if isPlanted, removed.count > 1, kept > 2, count > kept + 2, document.contains(UInt8(ascii: "\\")) {
            result = document
        }
        let text = String(decoding: result, as: UTF8.self)
        try require(isJSON(result), "\(shown(document)) became no JSON: \(shown(result))")
        try require(
            !text.contains("gone") && !text.contains("s3cret"),
            "without \(removed), \(blanked): \(shown(document)) still has it: \(shown(result))")
        let left = text.split(separator: "keep").count - 1
        try require(left == kept, "without \(removed), \(blanked): \(shown(document)) lost something: \(shown(result))")
        try require(
            Array(redaction.pieces(of: result[...]).joined()) == result,
            "cut again, it is something else: \(shown(result))")
    }

    private static let keys = ["a", "b", "c", "secret", "hook", "config", "a.b", "é", "", "private", "id"]
    /// What is before the mark of a text that stays.
    private static let texts = ["", "x ", "https://me:s3cret@example.org/ ", "s3cret@example.org ", "{", "\\ \""]
    private static let steps = ["a", "b", "c", "secret", "*", "**"]

    /// Up to three paths of up to three steps, none of which ends in `**`.
    private static func paths(_ input: inout FuzzInput) -> [String] {
        (0..<input.number(below: 4)).map { _ in
            let first = (0..<input.number(below: 3)).map { _ in input.pick(Self.steps) }
            return (first + [input.pick(Array(Self.steps.dropLast(2)))]).joined(separator: ".")
        }
    }

    /// Whether the bytes are a JSON object, whatever its depth.
    static func isJSON(_ bytes: [UInt8]) -> Bool {
        do {
            try JSONParser().withDocument(bytes[...], limits: JSONLimits(maxDepth: 200)) {
                (_) throws(WebhookError) -> Void in
            }
            return true
        } catch {
            return false
        }
    }
}
