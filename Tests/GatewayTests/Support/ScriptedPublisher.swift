import EventLoop
import FedoraMessaging

@testable import Gateway

/// A publisher that answers as the test says and keeps what it was given.
final class ScriptedPublisher: MessagePublisher {
    private struct State: Sendable {
        var answers: [PublishResult]
        var messages: [FedoraMessage] = []
        var deadlines: [RequestDeadline?] = []
        var readiness = PublisherReadiness.ready
    }

    private let state: Locked<State>

    /// - Parameter answers: for the first messages, in order; those that follow are published.
    init(_ answers: [PublishResult] = []) {
        state = Locked(State(answers: answers))
    }

    /// All that it was given.
    var messages: [FedoraMessage] { state.withLock { $0.messages } }

    /// Until when it was asked to publish them.
    var deadlines: [RequestDeadline?] { state.withLock { $0.deadlines } }

    func publish(_ message: FedoraMessage, until deadline: RequestDeadline?) async -> PublishResult {
        state.withLock { state in
            state.messages.append(message)
            state.deadlines.append(deadline)
            return state.answers.isEmpty ? .published : state.answers.removeFirst()
        }
    }

    /// What it says of itself; it publishes all the same.
    var readiness: PublisherReadiness {
        get { state.withLock { $0.readiness } }
        set { state.withLock { $0.readiness = newValue } }
    }
}
