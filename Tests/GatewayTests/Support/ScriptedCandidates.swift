import EventLoop

@testable import Gateway

/// A loader whose reads end when the test says so, the oldest first, with what the test says.
final class ScriptedCandidates: CandidateLoading {
    private struct State: Sendable {
        var reads = 0
        var pending: [CheckedContinuation<[Candidate], any Error>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func takeReady() -> [CheckedContinuation<Void, Never>] {
            let ready = watchers.filter { $0.count <= reads }.map(\.continuation)
            watchers.removeAll { $0.count <= reads }
            return ready
        }
    }

    private let state = Locked(State())

    /// Reads that were begun in all.
    var reads: Int { state.withLock { $0.reads } }

    func candidates(for key: CandidateKey) async throws -> [Candidate] {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<[Candidate], any Error>) in
            let ready = state.withLock { state in
                state.reads += 1
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
    func finish(_ result: Result<[Candidate], any Error>) {
        let continuation = state.withLock { $0.pending.isEmpty ? nil : $0.pending.removeFirst() }
        continuation?.resume(with: result)
    }
}
