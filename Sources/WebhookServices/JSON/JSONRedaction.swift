/// Takes members out of a document, or out of the object under one of its keys, by cutting their bytes out of it: what
/// stays is not touched.
///
/// Every occurrence counts: of the key at the top, if it is there twice, and of each member, however its key is
/// written (`"r\u0061w"` is `raw`). What comes out is valid JSON again. The document must have been validated
/// (``JSONParser``); of one that was not, anything may come out, but nothing outside it is read.
struct JSONRedaction {
    /// The key at the top; `nil` to take members out of the document itself.
    var key: String?
    /// The keys of the members to take out.
    var members: [String]

    /// The pieces of the document that stay, in their order.
    func pieces(of document: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var cuts: [Range<Int>] = []
        var scanner = JSONScanner(document)
        if let key {
            scanner.forEachMember { member, scanner in
                guard member.isNamed(key), scanner.isAtObject else { return }
                cuts += Self.cuts(forMembersNamed: members, at: &scanner)
            }
        } else if scanner.isAtObject {
            cuts = Self.cuts(forMembersNamed: members, at: &scanner)
        }
        var pieces: [ArraySlice<UInt8>] = []
        var start = document.startIndex
        for cut in cuts {
            if start < cut.lowerBound { pieces.append(document[start..<cut.lowerBound]) }
            start = cut.upperBound
        }
        pieces.append(document[start...])
        return pieces
    }

    /// What to cut out of the object at the scanner, each with one of the commas beside it.
    private static func cuts(forMembersNamed names: [String], at scanner: inout JSONScanner) -> [Range<Int>] {
        var cuts: [Range<Int>] = []
        // Where the member before ends, and whether one of those so far stays.
        var previousEnd = scanner.index
        var hasKept = false
        // Where members that go begin, if none before them stays: they go up to the key of the first that does.
        var openStart: Int?
        scanner.forEachMember { member, scanner in
            let goes = names.contains(where: member.isNamed)
            scanner.skipValue()
            if !goes {
                if let start = openStart { cuts.append(start..<member.keyStart) }
                openStart = nil
                hasKept = true
            } else if hasKept {
                cuts.append(previousEnd..<scanner.index)
            } else if openStart == nil {
                openStart = member.keyStart
            }
            previousEnd = scanner.index
        }
        if let start = openStart { cuts.append(start..<previousEnd) }
        return cuts
    }
}
