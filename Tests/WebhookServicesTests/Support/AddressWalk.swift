import Foundation

/// Looks for e-mail addresses in a JSON value, strings that hold JSON included: in all of them but commits, and what
/// people wrote themselves.
struct AddressWalk {
    /// Where some were found, and what.
    private(set) var found: [String] = []

    private static let address = try? NSRegularExpression(
        pattern: #"[\p{L}\p{N}._%+'-]+@(?!\d+\.\d)[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.\p{L}{2,}"#)
    private static let credentials = try? NSRegularExpression(pattern: #"[a-zA-Z]://[^/?#\s"<>]*@"#)
    private static let texts: Set<String> = [
        "body", "message", "title", "description", "note", "content", "comment", "ref", "tag_name", "head_branch",
        "diff_hunk", "display_title", "squash_commit_message", "text", "summary",
    ]
    private static let commits: Set<String> = [
        "commit", "commits", "head_commit", "last_commit", "merge_commit", "toCommit", "commit_info", "target",
        "tagger",
    ]

    mutating func walk(_ value: Any, _ path: [String] = []) {
        switch value {
        case let members as [String: Any]:
            for (key, value) in members {
                look(at: key, path)
                walk(value, path + [key])
            }
        case let elements as [Any]:
            for element in elements { walk(element, path) }
        case let text as String:
            // What people write may be JSON.
            let isText = path.last.map { Self.texts.contains($0) } == true
            let inner =
                isText ? nil : try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            if let inner, !(inner is NSNumber) { walk(inner, path) } else { look(at: text, path) }
        default:
            break
        }
    }

    private mutating func look(at text: String, _ path: [String]) {
        guard text.contains("@") else { return }
        for match in matches(Self.credentials, text) where !match.hasSuffix("://git@") && !match.hasSuffix("h://git@") {
            found.append("\(path.joined(separator: ".")): \(match)")
        }
        let key = path.last { !["from", "raw", "html", "previous", "current"].contains($0) } ?? ""
        if Self.texts.contains(key) || !Self.commits.isDisjoint(with: path) { return }
        for match in matches(Self.address, text)
        where !match.hasPrefix("git@") && !(match.hasPrefix("org-") && match.hasSuffix("@github.com")) {
            found.append("\(path.joined(separator: ".")): \(match)")
        }
    }

    private func matches(_ expression: NSRegularExpression?, _ text: String) -> [String] {
        let whole = NSRange(text.startIndex..., in: text)
        return (expression?.matches(in: text, range: whole) ?? []).compactMap { match in
            Range(match.range, in: text).map { String(text[$0]) }
        }
    }
}
