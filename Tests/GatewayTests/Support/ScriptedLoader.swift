import EventLoop

@testable import Gateway

/// A loader whose reads end when the test says so, with what the test says.
final class ScriptedLoader: TokenRecordLoading {
    private struct State: Sendable {
        var started: [TokenID] = []
        var pending: [CheckedContinuation<TokenRecord?, any Error>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func takeReady() -> [CheckedContinuation<Void, Never>] {
            let ready = watchers.filter { $0.count <= started.count }.map(\.continuation)
            watchers.removeAll { $0.count <= started.count }
            return ready
        }
    }

    private let state = Locked(State())

    /// The ids that were read, in order.
    var started: [TokenID] { state.withLock { $0.started } }

    func record(for id: TokenID) async throws -> TokenRecord? {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<TokenRecord?, any Error>) in
            let ready = state.withLock { state in
                state.started.append(id)
                state.pending.append(continuation)
                return state.takeReady()
            }
            for watcher in ready { watcher.resume() }
        }
    }

    /// Returns when so many reads were begun in all.
    func waitForReads(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.watchers.append((count, continuation))
                return state.takeReady()
            }
            for watcher in ready { watcher.resume() }
        }
    }

    /// Ends the oldest read under way.
    func finish(_ result: Result<TokenRecord?, any Error>) {
        let continuation = state.withLock { $0.pending.isEmpty ? nil : $0.pending.removeFirst() }
        continuation?.resume(with: result)
    }
}
