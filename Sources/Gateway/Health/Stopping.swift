import EventLoop

/// The state of a process that may have been told to end: from then on it is not ready, whatever else goes well.
final class Stopping: Sendable {
    private let state = Locked(false)

    var hasBegun: Bool { state.withLock { $0 } }

    func begin() {
        state.withLock { $0 = true }
    }
}
