import EventLoop

/// The rest of a request's body and the way to find its end.
struct IncomingBody {
    enum Framing {
        /// Nothing more comes.
        case complete
        /// This many bytes.
        case length(Int)
        /// Chunks, until the decoder finds the end.
        case chunked(ChunkedDecoder)
    }

    private(set) var framing: Framing

    init(_ head: RequestHead, limits: HTTPServerLimits) {
        if head.isChunked {
            framing = .chunked(ChunkedDecoder(limits: limits, bodyLimit: .max))
        } else if let length = head.contentLength, length > 0 {
            framing = .length(length)
        } else {
            framing = .complete
        }
    }

    var isComplete: Bool {
        if case .complete = framing { return true }
        return false
    }

    /// Bytes that are certain to be the rest; nil where only the chunks will tell.
    var knownRest: Int? {
        switch framing {
        case .complete: 0
        case .length(let rest): rest
        case .chunked: nil
        }
    }

    mutating func finish() { framing = .complete }

    mutating func limitChunks(_ limits: HTTPServerLimits, to bodyLimit: Int) {
        framing = .chunked(ChunkedDecoder(limits: limits, bodyLimit: bodyLimit))
    }

    /// Takes the next piece of a chunked body out of the buffer.
    /// - Returns: whether more may be in the buffer. False: read on, or the body is complete.
    mutating func takeChunk(from buffer: inout ReadBuffer, into body: inout [UInt8]) throws(RequestFault) -> Bool {
        guard case .chunked(var decoder) = framing else { return false }
        let readable = buffer.readable
        let step = decoder.decode(readable.span)
        framing = .chunked(decoder)
        switch step {
        case .incomplete:
            buffer.consume(buffer.readableBytes)
            return false
        case .data(let range):
            let start = readable.startIndex
            body.append(contentsOf: readable[(start + range.lowerBound)..<(start + range.upperBound)])
            buffer.consume(range.upperBound)
            return true
        case .end(let consumed):
            buffer.consume(consumed)
            framing = .complete
            return false
        case .fault(let fault):
            throw fault
        }
    }

    /// Throws away what has come of the body.
    mutating func discard(from buffer: inout ReadBuffer) throws(RequestFault) {
        switch framing {
        case .complete:
            break
        case .length(let rest):
            let count = min(rest, buffer.readableBytes)
            buffer.consume(count)
            framing = count == rest ? .complete : .length(rest - count)
        case .chunked:
            try discardChunks(from: &buffer)
        }
    }

    private mutating func discardChunks(from buffer: inout ReadBuffer) throws(RequestFault) {
        while case .chunked(var decoder) = framing {
            let step = decoder.decode(buffer.readable.span)
            framing = .chunked(decoder)
            switch step {
            case .incomplete:
                buffer.consume(buffer.readableBytes)
                return
            case .data(let range):
                buffer.consume(range.upperBound)
            case .end(let consumed):
                buffer.consume(consumed)
                framing = .complete
            case .fault(let fault):
                throw fault
            }
        }
    }
}
