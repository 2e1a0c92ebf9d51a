import Dispatch

/// A thread for reading TLS files: a disk may block, and parsing all public authorities takes milliseconds, so never on
/// a loop.
enum TLSLoading {
    private static let queue = DispatchQueue(label: "tls-files")

    /// Loads under way and waiting, and the most there may be: a disk that hangs must not gather them. No key: each loop's
    /// publisher has one load at a time, and SIGHUP one more.
    private static let pending = Locked(0)
    private static let maxPending = 64

    /// Runs `load` on the queue and returns to the caller's executor with what it came to.
    static func run<Loaded: Sendable>(
        _ load: @escaping @Sendable () throws(TLSError) -> Loaded
    ) async throws(TLSError) -> Loaded {
        let isAdmitted = pending.withLock { pending in
            if pending < maxPending { pending += 1 } else { return false }
            return true
        }
        guard isAdmitted else { throw .failed("reading the certificates' files takes too long") }
        let loaded = await withUnsafeContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(TLSError) in try load() }) }
        }
        pending.withLock { $0 -= 1 }
        return try loaded.get()
    }
}
