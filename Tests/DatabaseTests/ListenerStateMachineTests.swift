import EventLoop
import Testing

@testable import Database

/// A LISTEN connection's life, as transcripts.
@Suite struct ListenerStateMachineTests {
    private let start = ContinuousClock.now
    private let refused = DatabaseError(.unavailable, "refused")

    private static let limits: DatabaseLimits = {
        var limits = DatabaseLimits()
        limits.listenHeartbeat = .seconds(5)
        limits.maxLifetime = .seconds(60)
        limits.backoff = Backoff(first: .seconds(1), longest: .seconds(8))
        return limits
    }()

    private static func machine() -> ListenerStateMachine { ListenerStateMachine(limits: limits, name: "me") }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// Connected at 0, and heard of its first proof at once.
    private func listening() -> ListenerStateMachine {
        var listener = Self.machine()
        _ = listener.start()
        _ = listener.connected(now: at(0))
        _ = listener.subscribed(now: at(0))
        #expect(listener.proved("me:1", now: at(0)) == [.tell(.listening)])
        return listener
    }

    @Test func `it is believed when its proof has come`() {
        var listener = Self.machine()
        #expect(listener.start() == [.connect])
        #expect(listener.nextDeadline == nil)
        #expect(listener.connected(now: at(0)) == [.listen])
        #expect(listener.notified("x") == [])
        #expect(listener.subscribed(now: at(1)) == [.prove("me:1")])
        // What comes before the proof is covered by `listening`; those of others say nothing.
        #expect(listener.notified("x") == [])
        #expect(listener.proved("you:1", now: at(1)) == [])
        #expect(listener.nextDeadline == at(6))
        #expect(listener.proved("me:1", now: at(2)) == [.tell(.listening)])
        #expect(listener.notified("x") == [.tell(.changed(payload: "x"))])
        #expect(listener.proved("you:2", now: at(2)) == [])
        #expect(listener.proved("me:1", now: at(2)) == [])
        #expect(listener.nextDeadline == at(7))
    }

    @Test func `it is proven anew now and then`() {
        var listener = listening()
        #expect(listener.tick(jitter: 0, now: at(4.9)) == [])
        #expect(listener.tick(jitter: 0, now: at(5)) == [.prove("me:2")])
        #expect(listener.nextDeadline == at(10))
        #expect(listener.notified("y") == [.tell(.changed(payload: "y"))])
        // An old one proves nothing.
        #expect(listener.proved("me:1", now: at(6)) == [])
        #expect(listener.nextDeadline == at(10))
        // Nothing is told twice.
        #expect(listener.proved("me:2", now: at(6.1)) == [])
        #expect(listener.nextDeadline == at(11.1))
    }

    @Test func `lost and made again`() {
        var listener = listening()
        #expect(listener.failed(refused, jitter: 0, now: at(2)) == [.disconnect, .tell(.lost(refused))])
        #expect(listener.nextDeadline == at(2.5))
        #expect(listener.notified("late") == [])
        #expect(listener.failed(refused, jitter: 0, now: at(2.1)) == [])
        #expect(listener.tick(jitter: 0, now: at(2.4)) == [])
        #expect(listener.tick(jitter: 0, now: at(2.5)) == [.connect])
        #expect(listener.failed(refused, jitter: 0.5, now: at(3)) == [.disconnect, .tell(.lost(refused))])
        #expect(listener.nextDeadline == at(4.5))
        #expect(listener.tick(jitter: 0, now: at(4.5)) == [.connect])
        #expect(listener.connected(now: at(4.5)) == [.listen])
        // A server that takes connections and does not let us listen is not asked all the time.
        #expect(listener.failed(refused, jitter: 0, now: at(5)) == [.disconnect, .tell(.lost(refused))])
        #expect(listener.nextDeadline == at(7))
        _ = listener.tick(jitter: 0, now: at(7))
        _ = listener.connected(now: at(7))
        _ = listener.subscribed(now: at(8))
        #expect(listener.proved("me:2", now: at(8)) == [.tell(.listening)])
        _ = listener.failed(refused, jitter: 0, now: at(9))
        #expect(listener.nextDeadline == at(9.5))
    }

    @Test func `a server that vanished is noticed`() {
        var listener = listening()
        #expect(listener.tick(jitter: 0, now: at(5)) == [.prove("me:2")])
        #expect(listener.tick(jitter: 0, now: at(9.9)) == [])
        #expect(listener.tick(jitter: 0, now: at(10)) == [.prove("me:3")])
        // Too late.
        #expect(listener.proved("me:2", now: at(10.1)) == [])
        #expect(listener.tick(jitter: 0, now: at(14.9)) == [])
        let lost = DatabaseError.noticesDoNotArrive(Self.limits)
        #expect(listener.tick(jitter: 0, now: at(15)) == [.disconnect, .tell(.lost(lost))])
        #expect(listener.proved("me:3", now: at(15.1)) == [])
        #expect(listener.nextDeadline == at(15.5))
    }

    /// The proof waits in the pool behind all else: that is no reason to take a connection down that works.
    @Test(arguments: [DatabaseError.Code.timeout, .overloaded]) func `a busy pool is no loss`(code: DatabaseError.Code)
    {
        let busy = DatabaseError(code, "busy")
        var listener = listening()
        _ = listener.tick(jitter: 0, now: at(5))
        #expect(listener.unproven("me:2", busy, jitter: 0, now: at(6)) == [])
        #expect(listener.notified("x") == [.tell(.changed(payload: "x"))])
        // Not at once: the pool is busy.
        #expect(listener.nextDeadline == at(10))
        #expect(listener.tick(jitter: 0, now: at(10)) == [.prove("me:3")])
        #expect(listener.proved("me:3", now: at(11)) == [])
        // One that came makes good for one that did not.
        #expect(listener.tick(jitter: 0, now: at(16)) == [.prove("me:4")])
        #expect(listener.unproven("me:4", busy, jitter: 0, now: at(17)) == [])
        #expect(listener.tick(jitter: 0, now: at(21)) == [.prove("me:5")])
        #expect(listener.unproven("me:5", busy, jitter: 0, now: at(22)) == [.disconnect, .tell(.lost(busy))])
        // Of a new connection nothing is known: it has one try.
        _ = listener.tick(jitter: 0, now: at(23))
        _ = listener.connected(now: at(23))
        #expect(listener.subscribed(now: at(23)) == [.prove("me:6")])
        #expect(listener.unproven("me:6", busy, jitter: 0, now: at(24)) == [.disconnect, .tell(.lost(busy))])
    }

    /// A pooler takes LISTEN, and gives the connection to others: `listening` is never told, and the pauses grow.
    @Test func `where poolers stand between nothing is believed`() {
        var listener = Self.machine()
        _ = listener.start()
        var now = at(0)
        for (attempt, pause) in [0.5, 1, 2, 4, 4].enumerated() {
            #expect(listener.connected(now: now) == [.listen])
            #expect(listener.subscribed(now: now) == [.prove("me:\(attempt + 1)")])
            now += .seconds(5)
            #expect(listener.tick(jitter: 0, now: now).first == .disconnect)
            #expect(listener.nextDeadline == now + .seconds(pause))
            now += .seconds(pause)
            #expect(listener.tick(jitter: 0, now: now) == [.connect])
        }
    }

    @Test func `a proof that cannot be sent`() {
        var listener = listening()
        _ = listener.tick(jitter: 0, now: at(5))
        // News of an older one are none.
        #expect(listener.unproven("me:1", refused, jitter: 0, now: at(6)) == [])
        #expect(
            listener.unproven("me:2", refused, jitter: 0, now: at(6)) == [.disconnect, .tell(.lost(refused))])
        #expect(listener.unproven("me:2", refused, jitter: 0, now: at(6)) == [])
    }

    @Test func `a connection that is old is made anew at once`() {
        var listener = listening()
        for beat in 1..<12 {
            let now = at(Double(beat * 5))
            #expect(listener.tick(jitter: 0, now: now) == [.prove("me:\(beat + 1)")])
            _ = listener.proved("me:\(beat + 1)", now: now)
        }
        #expect(listener.tick(jitter: 0, now: at(60)) == [.disconnect, .tell(.lost(.listenerIsOld)), .connect])
        #expect(listener.connected(now: at(60.1)) == [.listen])
        _ = listener.subscribed(now: at(60.2))
        #expect(listener.proved("me:13", now: at(60.3)) == [.tell(.listening)])
        #expect(listener.tick(jitter: 0, now: at(65.3)) == [.prove("me:14")])
    }

    @Test func `after the end nothing is done`() {
        var listener = Self.machine()
        _ = listener.start()
        #expect(listener.stop() == [.disconnect])
        #expect(listener.stop() == [])
        // The connection comes too late.
        #expect(listener.connected(now: at(1)) == [.disconnect])
        #expect(listener.failed(refused, jitter: 0, now: at(1)) == [])
        #expect(listener.tick(jitter: 0, now: at(60)) == [])
        #expect(listener.nextDeadline == nil)
        #expect(listener.start() == [])
    }
}
