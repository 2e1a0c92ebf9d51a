#if W2F_TSAN
    import Glibc

    /// State behind a lock, over `pthread_mutex_t`: the thread sanitizer does not see `Synchronization.Mutex` and would
    /// report races that are none. Only in builds with `-DW2F_TSAN`.
    public final class Locked<State: Sendable>: @unchecked Sendable {
        // Safe to share: `state` is only touched inside `withLock`, with the lock held.
        private let mutex: UnsafeMutablePointer<pthread_mutex_t>
        private var state: State

        /// - Parameter state: the value that the lock guards from now on.
        public init(_ state: State) {
            mutex = .allocate(capacity: 1)
            mutex.initialize(to: pthread_mutex_t())
            pthread_mutex_init(mutex, nil)
            self.state = state
        }

        deinit {
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
        }

        /// Runs `body` with the lock held. `body` must not block and must not take another lock.
        public func withLock<Result: Sendable, Failure: Error>(
            _ body: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return try body(&state)
        }
    }
#else
    import Synchronization

    /// State behind a lock: the one lock of this project, for the few values that several threads share.
    public final class Locked<State: Sendable>: Sendable {
        @usableFromInline let mutex: Mutex<State>

        /// - Parameter state: the value that the lock guards from now on.
        @inlinable
        public init(_ state: State) {
            mutex = Mutex(state)
        }

        /// Runs `body` with the lock held. `body` must not block and must not take another lock.
        @inlinable
        public func withLock<Result: Sendable, Failure: Error>(
            _ body: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try mutex.withLock { (state) throws(Failure) -> Result in try body(&state) }
        }
    }
#endif
