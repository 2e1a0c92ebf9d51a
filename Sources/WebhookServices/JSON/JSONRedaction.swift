/// Takes members out of a document by cutting their bytes out of it: what stays is not touched.
///
/// Every occurrence counts: of each key on the way to a member, if it is there twice, and of the member itself, however
/// they are written (`"r\u0061w"` is `raw`). What comes out is valid JSON again. The document must have been validated
/// (``JSONParser``); of one that was not, anything may come out, but nothing outside it is read.
struct JSONRedaction: Sendable {
    /// A key, and what of the object under it goes; everything if nothing is named.
    private struct Node: Sendable {
        let key: String
        var inside: [Node] = []

        /// Puts in what is at the end of a path.
        static func add(_ path: ArraySlice<Substring>, to nodes: inout [Node]) {
            guard let key = path.first else { return }
            let index = nodes.firstIndex { $0.key == key } ?? nodes.endIndex
            if index == nodes.endIndex { nodes.append(Node(key: String(key))) }
            add(path.dropFirst(), to: &nodes[index].inside)
        }
    }

    private var nodes: [Node] = []

    /// Takes out the members at these paths: object keys joined by dots, none of them the beginning of another.
    init(_ paths: String...) {
        self.init(paths)
    }

    /// Takes out the members at these paths; likewise.
    init(_ paths: [String]) {
        for path in paths { Node.add(path.split(separator: ".")[...], to: &nodes) }
    }

    /// The pieces of the document that stay, in their order.
    func pieces(of document: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var cuts: [Range<Int>] = []
        var scanner = JSONScanner(document)
        Self.cut(nodes, at: &scanner, to: &cuts)
        var pieces: [ArraySlice<UInt8>] = []
        var start = document.startIndex
        for cut in cuts {
            if start < cut.lowerBound { pieces.append(document[start..<cut.lowerBound]) }
            start = cut.upperBound
        }
        pieces.append(document[start...])
        return pieces
    }

    /// What to cut out of the object at the scanner, if it is one, each with one of the commas beside it. No deeper than
    /// the paths.
    private static func cut(_ nodes: [Node], at scanner: inout JSONScanner, to cuts: inout [Range<Int>]) {
        // Where the member before ends, and whether one of those so far stays.
        var previousEnd = scanner.index
        var hasKept = false
        // Where members that go begin, if none before them stays: they go up to the key of the first that does.
        var openStart: Int?
        scanner.forEachMember { member, scanner in
            let node = nodes.first { member.isNamed($0.key) }
            if let node, node.inside.isEmpty {
                scanner.skipValue()
                if hasKept {
                    cuts.append(previousEnd..<scanner.index)
                } else if openStart == nil {
                    openStart = member.keyStart
                }
            } else {
                if let start = openStart { cuts.append(start..<member.keyStart) }
                openStart = nil
                hasKept = true
                if let node, scanner.isAtObject {
                    cut(node.inside, at: &scanner, to: &cuts)
                } else {
                    scanner.skipValue()
                }
            }
            previousEnd = scanner.index
        }
        if let start = openStart { cuts.append(start..<previousEnd) }
    }
}
