@testable import HTTPServer

extension FuzzTarget {
    /// Chunked bodies: however they are cut, the data and the end are the same, and within the bound.
    static let chunks = FuzzTarget(
        "chunks",
        words: ["\r\n", "0\r\n\r\n", "1\r\na\r\n", ";a=b", ";a=\"\\\"\"", "0\r\nA: b\r\n", "FFFFFFFFFFFFFFF", "000"]
    ) { input, isPlanted in
        let limit = [0, 5, 40, 1 << 20][input.number(below: 4)]
        var ahead = input
        _ = ahead.cuts(of: 0)
        let cuts = input.cuts(of: ahead.remainder().count)
        let wire = input.remainder()
        let whole = Dechunked(wire, cutAt: [], limit: limit)
        var cut = Dechunked(wire, cutAt: cuts, limit: limit)
        if isPlanted, cuts.count > 1, cut.chunks > 2, wire.contains(UInt8(ascii: "\\")), cut.fault == nil {
            cut.data.removeLast()
        }
        try require(
            cut.fault == whole.fault && cut.end == whole.end && (cut.data == whole.data || cut.fault != nil),
            "cut at \(cuts): \(cut), whole: \(whole)")
        try require(whole.data.count <= limit, "\(whole.data.count) bytes, over \(limit)")
        try require(whole.end ?? 0 <= wire.count, "an end behind the end")
        guard whole.end != nil else { return }
        let plain = whole.data.isEmpty ? "" : "\(String(whole.data.count, radix: 16))\r\n"
        let again = Array(plain.utf8) + whole.data + Array((plain.isEmpty ? "0\r\n\r\n" : "\r\n0\r\n\r\n").utf8)
        try require(Dechunked(again, cutAt: [], limit: limit).data == whole.data, "written out it is something else")
    }
}

/// A body without its chunks.
private struct Dechunked {
    var data: [UInt8] = []
    var chunks = 0
    /// Where the body ends.
    var end: Int?
    var fault: RequestFault?

    init(_ wire: [UInt8], cutAt cuts: [Int], limit: Int) {
        var limits = HTTPServerLimits()
        limits.maxChunkExtensionBytes = 30
        limits.maxTrailerBytes = 30
        var decoder = ChunkedDecoder(limits: limits, bodyLimit: limit)
        for piece in pieces(of: wire, cutAt: cuts) {
            var start = piece.startIndex
            reading: while start < piece.endIndex {
                let rest = piece[start...]
                switch decoder.decode(rest.span) {
                case .incomplete: break reading
                case .data(let range):
                    data += wire[(start + range.lowerBound)..<(start + range.upperBound)]
                    chunks += 1
                    start += range.upperBound
                case .end(let consumed):
                    end = start + consumed
                    return
                case .fault(let fault):
                    self.fault = fault
                    return
                }
            }
        }
    }
}
