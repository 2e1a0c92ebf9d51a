import CLibpq
import Dispatch
import Synchronization

/// Asks servers to stop statements that nobody waits for any more. `PQcancel` blocks (it makes a connection of its own), so
/// it runs on a queue of its own, one after the other, and at most `most` wait; a request more is dropped, and the
/// statement runs to its end on the server.
final class PostgresCanceller: Sendable {
    /// One for the process: it is rarely used.
    static let shared = PostgresCanceller()

    /// No key of the configuration: nothing that anybody waits for depends on it. What is not asked to stop runs to its end,
    /// or to PostgreSQL's own `statement_timeout`; and there is no more to stop than the pool has connections.
    private static let most = 16
    private let queue = DispatchQueue(label: "postgres-cancel")
    private let pending = Atomic<Int>(0)

    /// The data that libpq needs for a cancel request. Safe to send: it is a copy that belongs to nobody else.
    private struct Request: @unchecked Sendable {
        let handle: OpaquePointer
    }

    /// Asks for the end of what `connection` runs, in the background; the connection may be closed at once.
    func cancel(_ connection: OpaquePointer) {
        guard let handle = PQgetCancel(connection) else { return }
        guard pending.wrappingAdd(1, ordering: .relaxed).newValue <= Self.most else {
            pending.wrappingSubtract(1, ordering: .relaxed)
            PQfreeCancel(handle)
            return
        }
        let request = Request(handle: handle)
        queue.async { [self] in
            var text = [CChar](repeating: 0, count: 256)
            _ = PQcancel(request.handle, &text, CInt(text.count))
            PQfreeCancel(request.handle)
            pending.wrappingSubtract(1, ordering: .relaxed)
        }
    }
}
