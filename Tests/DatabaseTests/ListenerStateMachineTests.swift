import EventLoop
import Testing

@testable import Database

/// A LISTEN connection's life, as transcripts.
@Suite struct ListenerStateMachineTests {
    private let start = ContinuousClock.now
    private let refused = DatabaseError(.unavailable, "refused")

    private static func machine() -> ListenerStateMachine {
        var limits = DatabaseLimits()
        limits.listenHeartbeat = .seconds(5)
        limits.backoff = Backoff(first: .seconds(1), longest: .seconds(8))
        return ListenerStateMachine(limits: limits)
    }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func itConnectsListensAndIsAskedForASignOfLife() {
        var listener = Self.machine()
        #expect(listener.start() == [.connect])
        #expect(listener.nextDeadline == nil)
        #expect(listener.connected() == [.listen])
        // What comes before LISTEN is done is covered by `listening`.
        #expect(listener.notified("x") == [])
        #expect(listener.subscribed(now: at(1)) == [.tell(.listening)])
        #expect(listener.notified("x") == [.tell(.changed(payload: "x"))])
        #expect(listener.nextDeadline == at(6))
        #expect(listener.tick(now: at(5)) == [])
        #expect(listener.tick(now: at(6)) == [.ping])
        #expect(listener.notified("y") == [.tell(.changed(payload: "y"))])
        #expect(listener.answered(now: at(6.1)) == [])
        #expect(listener.nextDeadline == at(11.1))
    }

    @Test func lostAndMadeAgain() {
        var listener = Self.machine()
        _ = listener.start()
        _ = listener.connected()
        _ = listener.subscribed(now: at(0))
        #expect(listener.failed(refused, jitter: 0, now: at(2)) == [.disconnect, .tell(.lost(refused))])
        #expect(listener.nextDeadline == at(2.5))
        #expect(listener.notified("late") == [])
        #expect(listener.failed(refused, jitter: 0, now: at(2.1)) == [])
        #expect(listener.tick(now: at(2.4)) == [])
        #expect(listener.tick(now: at(2.5)) == [.connect])
        #expect(listener.failed(refused, jitter: 0.5, now: at(3)) == [.disconnect, .tell(.lost(refused))])
        #expect(listener.nextDeadline == at(4.5))
        #expect(listener.tick(now: at(4.5)) == [.connect])
        #expect(listener.connected() == [.listen])
        // A server that takes connections and does not let us listen is not asked all the time.
        #expect(listener.failed(refused, jitter: 0, now: at(5)) == [.disconnect, .tell(.lost(refused))])
        #expect(listener.nextDeadline == at(7))
        _ = listener.tick(now: at(7))
        _ = listener.connected()
        #expect(listener.subscribed(now: at(8)) == [.tell(.listening)])
        _ = listener.failed(refused, jitter: 0, now: at(9))
        #expect(listener.nextDeadline == at(9.5))
    }

    @Test func aServerThatVanishedIsNoticed() {
        var listener = Self.machine()
        _ = listener.start()
        _ = listener.connected()
        _ = listener.subscribed(now: at(0))
        #expect(listener.tick(now: at(5)) == [.ping])
        #expect(listener.nextDeadline == nil)
        let late = DatabaseError(.timeout, "the statement took too long")
        #expect(listener.failed(late, jitter: 0, now: at(10)) == [.disconnect, .tell(.lost(late))])
        #expect(listener.answered(now: at(11)) == [])
    }

    @Test func afterTheEndNothingIsDone() {
        var listener = Self.machine()
        _ = listener.start()
        #expect(listener.stop() == [.disconnect])
        #expect(listener.stop() == [])
        // The connection comes too late.
        #expect(listener.connected() == [.disconnect])
        #expect(listener.failed(refused, jitter: 0, now: at(1)) == [])
        #expect(listener.tick(now: at(60)) == [])
        #expect(listener.nextDeadline == nil)
        #expect(listener.start() == [])
    }
}
