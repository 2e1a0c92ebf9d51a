import Dispatch
import EventLoop
import HTTPServer
import WebhookServices

/// The queue for large bodies: off the loops, which have others to serve, and one at a time in the whole process, for
/// simdjson needs up to 14 times a document's size, and gives it back.
struct LargeBodies: Sendable {
    /// Bytes of a body from which on it is large. The worst of those below, numbers of one digit, is parsed in 10 ms.
    static let threshold = 512 << 10

    /// A value that one thread hands to another, and does not touch until it has it back.
    private struct Handed<Value>: @unchecked Sendable {
        let value: Value
    }

    private let queue = DispatchQueue(label: "webhook2fedmsg.large-bodies")
    /// Used on the queue alone.
    private let parser: Handed<JSONParser>

    /// - Throws: `JSONError`.
    init() throws {
        parser = Handed(value: try JSONParser(retained: 0))
    }

    /// Does the work with a parser, on a thread that is no loop's, when its turn comes.
    ///
    /// - Throws: 503 if the turn comes too late, or what the work throws.
    func run<Value>(
        until deadline: RequestDeadline, retryAfter: Int,
        _ work: @escaping (JSONParser) throws(HTTPError) -> Value
    ) async throws(HTTPError) -> Value {
        let handed = Handed(value: work)
        let result = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Handed<Result<Value, HTTPError>>, Never>) in
            queue.async {
                let result = Result { () throws(HTTPError) in
                    guard deadline.left > .zero else {
                        throw .unavailable("Too many large deliveries came at once.", retryAfter: retryAfter)
                    }
                    return try handed.value(parser.value)
                }
                continuation.resume(returning: Handed(value: result))
            }
        }
        return try result.value.get()
    }
}
