/// Members by which an object proves that it is public. Each one counts, if there are several of the same key.
struct PublicProof: Sendable {
    private struct Member: Sendable {
        /// Its key, after those of the objects in between.
        var keys: ArraySlice<[UInt8]>
        /// The required value, as JSON writes it; `nil` for anything but null.
        var value: [UInt8]?
        var isThere: Bool

        func allows(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
            guard let value else { return bytes.first != UInt8(ascii: "n") }
            return bytes.elementsEqual(value)
        }
    }

    /// Those that may be missing count as there from the beginning.
    private let members: [Member]

    init(_ members: [PayloadRedaction.Reduction.Member]) {
        self.members = members.map { member in
            Member(
                keys: member.path.split(separator: ".").map { Array($0.utf8) }[...],
                value: member.value.map { Array($0.utf8) }, isThere: member.isOptional)
        }
    }

    /// A Boolean value that indicates whether the value that begins there is an object that has all members as they have
    /// to be.
    func isTrue(of value: JSONCursor) -> Bool { Self.areTrue(members, of: value) }

    private static func areTrue(_ members: [Member], of value: JSONCursor) -> Bool {
        var members = members
        var cursor = value
        guard cursor.take("{") else { return false }
        repeat {
            cursor.skipBlanks()
            guard let name = cursor.skipKey() else { break }
            let start = cursor
            guard cursor.skipValue() else { break }
            for index in members.indices where isNamed(name, members[index].keys.first, in: cursor) {
                var inner = members[index]
                inner.keys = inner.keys.dropFirst()
                let isAllowed =
                    inner.keys.isEmpty
                    ? inner.allows(cursor.slice(start.index..<cursor.index)) : areTrue([inner], of: start)
                guard isAllowed else { return false }
                members[index].isThere = true
            }
            cursor.skipBlanks()
        } while cursor.take(",")
        return members.allSatisfy(\.isThere)
    }

    private static func isNamed(
        _ name: (range: Range<Int>, isPlain: Bool), _ key: [UInt8]?, in cursor: JSONCursor
    ) -> Bool {
        guard let key else { return false }
        if name.isPlain { return name.range.count == key.count && cursor.slice(name.range).elementsEqual(key) }
        return cursor.text(of: name.range, atMost: key.count) == key
    }
}
