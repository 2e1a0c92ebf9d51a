import Encodings

/// Takes the chunked transfer coding off a body (RFC 9112 section 7.1), byte by byte and without I/O.
///
/// It is given the bytes from where it last stopped. Extensions and trailers are checked, bounded and thrown away.
/// Strict where senders and proxies have been told apart by it: line ends are CRLF everywhere, no blanks in the size
/// line, nothing but CRLF after a chunk's data.
public struct ChunkedDecoder: Sendable {
    /// The meaning of the bytes given.
    public enum Step: Sendable, Equatable {
        /// All bytes are used and more are needed.
        case incomplete
        /// These of the bytes given are data; those before them were framing. Go on behind them.
        case data(Range<Int>)
        /// The body, trailers included, ends after this many of the bytes given.
        case end(consumed: Int)
        /// The body is refused. The decoder stays at this.
        case fault(RequestFault)
    }

    private enum State: UInt8 {
        case size, sizeLineEnd, data, dataEnd, dataLineEnd
        case extensionName, extensionValue, token, quoted, quotedPair, quotedEnd
        case trailerStart, trailerName, trailerValue, trailerLineEnd, trailersEnd, complete
    }

    /// 15 hexadecimal digits are less than 2^60: no sum of them overflows.
    private static let maxSizeDigits = 15

    private var state = State.size
    private var fault: RequestFault?
    private var sizeDigits = 0
    private var elementIsEmpty = true
    /// Bytes of the current chunk that are still to come.
    private var remaining = 0
    /// Bytes that the body may still have.
    private var allowance: Int
    private var extensionAllowance: Int
    private var trailerAllowance: Int

    /// A decoder for a body of at most `bodyLimit` bytes of data.
    public init(limits: HTTPServerLimits, bodyLimit: Int) {
        allowance = bodyLimit
        extensionAllowance = limits.maxChunkExtensionBytes
        trailerAllowance = limits.maxTrailerBytes
    }

    /// A Boolean value that indicates whether the end was found.
    public var isComplete: Bool { state == .complete }

    /// Looks at the bytes that follow what was used before.
    public mutating func decode(_ bytes: Span<UInt8>) -> Step {
        if let fault { return .fault(fault) }
        var index = 0
        do throws(RequestFault) {
            while index < bytes.count, state != .data, state != .complete {
                try take(bytes[index])
                index += 1
            }
        } catch {
            fault = error
            return .fault(error)
        }
        if state == .complete { return .end(consumed: index) }
        guard state == .data, index < bytes.count else { return .incomplete }
        let count = min(remaining, bytes.count - index)
        remaining -= count
        if remaining == 0 { state = .dataEnd }
        return .data(index..<(index + count))
    }

    private mutating func take(_ byte: UInt8) throws(RequestFault) {
        switch state {
        case .size: try takeSize(byte)
        case .sizeLineEnd: try endSizeLine(byte)
        case .dataEnd:
            guard byte == ASCII.cr else { throw .badChunkEnd }
            state = .dataLineEnd
        case .dataLineEnd:
            guard byte == ASCII.lf else { throw .badChunkEnd }
            state = .size
            sizeDigits = 0
        case .extensionName, .extensionValue, .token, .quoted, .quotedPair, .quotedEnd: try takeExtension(byte)
        default: try takeTrailer(byte)
        }
    }

    private mutating func takeSize(_ byte: UInt8) throws(RequestFault) {
        if let digit = Hex.value(of: byte) {
            guard sizeDigits < Self.maxSizeDigits else { throw .badChunkSize }
            sizeDigits += 1
            remaining = remaining << 4 | Int(digit)
            // Certain at this digit: more of them make the size no smaller.
            guard remaining <= allowance else { throw .bodyTooLarge }
            return
        }
        guard sizeDigits > 0 else { throw .badChunkSize }
        switch byte {
        case ASCII.cr: state = .sizeLineEnd
        case ASCII.semicolon: beginExtension()
        default: throw .badChunkSize
        }
    }

    private mutating func endSizeLine(_ byte: UInt8) throws(RequestFault) {
        guard byte == ASCII.lf else { throw .badChunkSize }
        allowance -= remaining
        state = remaining == 0 ? .trailerStart : .data
    }

    private mutating func beginExtension() {
        state = .extensionName
        elementIsEmpty = true
    }

    /// `;name`, `;name=token` or `;name="quoted"`, without blanks (RFC 9112 section 7.1.1 has them only as a mistake
    /// of old senders).
    private mutating func takeExtension(_ byte: UInt8) throws(RequestFault) {
        guard extensionAllowance > 0 else { throw .chunkExtensionsTooLong }
        extensionAllowance -= 1
        switch state {
        case .extensionName where ASCII.isToken(byte), .token where ASCII.isToken(byte):
            elementIsEmpty = false
        case .extensionName where byte == ASCII.equals && !elementIsEmpty:
            state = .extensionValue
        case .extensionValue where byte == ASCII.quote:
            state = .quoted
        case .extensionValue where ASCII.isToken(byte):
            state = .token
        case .quoted where byte == ASCII.quote:
            state = .quotedEnd
        case .quoted where byte == ASCII.backslash:
            state = .quotedPair
        case .quoted where ASCII.isFieldValue(byte):
            break
        case .quotedPair where ASCII.isFieldValue(byte):
            state = .quoted
        case .extensionName where !elementIsEmpty, .token, .quotedEnd:
            try endExtension(byte)
        default:
            throw .badChunkExtension
        }
    }

    private mutating func endExtension(_ byte: UInt8) throws(RequestFault) {
        switch byte {
        case ASCII.cr: state = .sizeLineEnd
        case ASCII.semicolon: beginExtension()
        default: throw .badChunkExtension
        }
    }

    /// Fields as in a head; they are not kept, for nothing here asks for one, and one merged into the head could
    /// change what was already decided (RFC 9110 section 6.5.1).
    private mutating func takeTrailer(_ byte: UInt8) throws(RequestFault) {
        guard trailerAllowance > 0 || state == .trailersEnd || byte == ASCII.cr else { throw .trailersTooLarge }
        trailerAllowance -= 1
        switch state {
        case .trailerStart where byte == ASCII.cr: state = .trailersEnd
        case .trailerStart: try beginTrailer(byte)
        case .trailerName where ASCII.isToken(byte): break
        case .trailerName where byte == ASCII.colon: state = .trailerValue
        case .trailerName: throw ASCII.isBlank(byte) ? .blankBeforeColon : .badFieldName
        case .trailerValue where ASCII.isFieldValue(byte): break
        case .trailerValue where byte == ASCII.cr: state = .trailerLineEnd
        case .trailerValue: throw byte == ASCII.lf ? .bareLineEnd : .badFieldValue
        default:
            guard byte == ASCII.lf else { throw .bareLineEnd }
            state = state == .trailersEnd ? .complete : .trailerStart
        }
    }

    private mutating func beginTrailer(_ byte: UInt8) throws(RequestFault) {
        guard !ASCII.isBlank(byte) else { throw .lineFolding }
        guard byte != ASCII.lf else { throw .bareLineEnd }
        guard ASCII.isToken(byte) else { throw .badFieldName }
        state = .trailerName
    }
}
