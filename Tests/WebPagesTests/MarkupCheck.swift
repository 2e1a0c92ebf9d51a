/// A plain look at HTML that this program writes: whether what is opened is closed, in order, and ids stand once.
enum MarkupCheck {
    private static let void: Set<String> = ["meta", "link", "input", "img", "wbr", "br", "!DOCTYPE"]

    static func problems(_ html: String) -> [String] {
        var problems: [String] = []
        var open: [String] = []
        var ids: Set<String> = []
        for match in html.matches(of: /<(\/?)([!A-Za-z0-9]+)((?:"[^"]*"|[^>"])*)>/) {
            let (isClosing, name, rest) = (!match.output.1.isEmpty, String(match.output.2), match.output.3)
            if isClosing {
                if open.last == name {
                    open.removeLast()
                } else {
                    problems.append("</\(name)> within \(open.last ?? "nothing")")
                }
                continue
            }
            for id in rest.matches(of: /\sid="([^"]*)"/) where !ids.insert(String(id.output.1)).inserted {
                problems.append("id \(id.output.1) stands twice")
            }
            if !void.contains(name), !rest.hasSuffix("/") { open.append(name) }
        }
        for name in open { problems.append("<\(name)> is not closed") }
        for reference in html.matches(of: /(?:aria-labelledby|aria-describedby|for|data-copy|data-reveal)="([^"]+)"/) {
            for id in reference.output.1.split(separator: " ") where !ids.contains(String(id)) {
                problems.append("there is no id \(id)")
            }
        }
        return problems
    }
}
