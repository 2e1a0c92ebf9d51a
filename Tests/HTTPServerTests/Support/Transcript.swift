import EventLoop

@testable import HTTPServer

/// What a piece of wire comes to, read as a connection reads it: the requests found, and how it ended.
struct Transcript: Equatable, CustomStringConvertible {
    struct Message: Equatable {
        var method: String
        var target: String
        var version: HTTPVersion
        var fields: [[String]]
        var body: String
    }

    enum Ending: Equatable {
        /// Between two requests.
        case idle
        /// Inside a head.
        case inHead
        /// Inside a body.
        case inBody(String)
        /// After a request that ends the connection: what follows is not looked at.
        case closed
        case fault(RequestFault)
    }

    var messages: [Message] = []
    var ending = Ending.idle

    var description: String { "\(messages) \(ending)" }

    /// Nothing was received.
    init() {}

    /// Reads `wire`, which comes cut at these offsets (ascending).
    init(_ wire: [UInt8], cutAt cuts: [Int] = [], limits: HTTPServerLimits = .small) {
        var reader = WireReader(limits: limits)
        var start = 0
        for cut in cuts + [wire.count] {
            reader.receive(wire[start..<cut])
            start = cut
        }
        self = reader.transcript
    }

    init(_ wire: String, cutAt cuts: [Int] = [], limits: HTTPServerLimits = .small) {
        self.init(Array(wire.utf8), cutAt: cuts, limits: limits)
    }
}

/// Drives the parser and the body's framing as the connection task does, without a connection.
struct WireReader {
    private let limits: HTTPServerLimits
    private var parser: RequestParser
    private var buffer = ReadBuffer()
    private var head: RequestHead?
    private var incoming: IncomingBody?
    private var body: [UInt8] = []
    private var isOver = false
    private(set) var transcript = Transcript()

    init(limits: HTTPServerLimits) {
        self.limits = limits
        parser = RequestParser(limits: limits)
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) {
        guard !isOver else { return }
        if !bytes.isEmpty { buffer.append(bytes) }
        while !isOver, head == nil ? readHead() : readBody() {}
        guard !isOver else { return }
        if head != nil {
            transcript.ending = .inBody(text(body[...]))
        } else {
            transcript.ending = parser.hasBegun ? .inHead : .idle
        }
    }

    private mutating func fail(_ fault: RequestFault) -> Bool {
        transcript.ending = .fault(fault)
        isOver = true
        return false
    }

    private mutating func readHead() -> Bool {
        guard !buffer.isEmpty else { return false }
        switch parser.parse(buffer.readable.span) {
        case .incomplete: return false
        case .fault(let fault): return fail(fault)
        case .complete(let count):
            let found = parser.head(in: ArraySlice(Array(buffer.readable)))
            buffer.consume(count)
            parser.reset()
            head = found
            incoming = IncomingBody(found, limits: limits)
            if found.isChunked { incoming?.limitChunks(limits, to: 100_000) }
            return true
        }
    }

    private mutating func readBody() -> Bool {
        guard var incoming, let head else { return false }
        defer { self.incoming = incoming }
        do throws(RequestFault) {
            if let rest = incoming.knownRest {
                body.append(contentsOf: buffer.readable.prefix(rest))
                try incoming.discard(from: &buffer)
            } else {
                while try incoming.takeChunk(from: &buffer, into: &body) {}
            }
        } catch {
            return fail(error)
        }
        guard incoming.isComplete else { return false }
        transcript.messages.append(message(head))
        body = []
        self.head = nil
        if !head.keepAlive {
            transcript.ending = .closed
            isOver = true
        }
        return !isOver
    }

    private func message(_ head: RequestHead) -> Transcript.Message {
        let fields = (0..<head.fieldCount).map { index in
            let field = head.field(at: index)
            return [text(field.name), text(field.value)]
        }
        return Transcript.Message(
            method: text(head.methodBytes), target: text(head.target), version: head.version, fields: fields,
            body: text(body[...]))
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { latin1(bytes) }
}

/// Bytes as a string of as many characters, so that no byte is lost in a comparison.
func latin1(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}

extension HTTPServerLimits {
    /// Limits that small fixtures can reach.
    static var small: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.maxHeadBytes = 8192
        limits.maxTargetBytes = 100
        limits.maxHeaderFields = 20
        limits.maxChunkExtensionBytes = 200
        limits.maxTrailerBytes = 100
        return limits
    }
}

/// A generator whose numbers are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: SplitMix64

    init(seed: UInt64) { state = SplitMix64(seed: seed) }

    mutating func next() -> UInt64 { state.next() }
}
