import EventLoop
import Foundation

@testable import Gateway

/// System calls that fail or wait on demand, and otherwise do the real thing.
final class FaultyDisk: Sendable {
    struct State: Sendable {
        /// The `errno` of writes, after they have written this many bytes.
        var writeFails: (code: CInt, after: Int)?
        var synchronizeFails: CInt?
        var truncateFails: CInt?
        var free: UInt64 = 1 << 30
        var writes = 0
        var synchronizes = 0
        /// Whether `fdatasync` waits for `release()`.
        var isHeld = false
    }

    let state = Locked(State())
    private let gate = DispatchSemaphore(value: 0)
    private let entered: AsyncStream<Void>
    private let enteredContinuation: AsyncStream<Void>.Continuation

    init() {
        (entered, enteredContinuation) = AsyncStream<Void>.makeStream()
    }

    func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
    }

    /// Makes `fdatasync` wait from now on.
    func hold() { change { $0.isHeld = true } }

    /// Returns when a `fdatasync` waits.
    func untilHeld() async {
        for await _ in entered { return }
    }

    /// Lets the one that waits go, and all later ones.
    func release() {
        change { $0.isHeld = false }
        gate.signal()
    }

    var calls: FilePublisherCalls {
        var calls = FilePublisherCalls.system
        let real = FilePublisherCalls.system
        calls.write = { descriptor, bytes in
            let fault = self.state.withLock { state in
                state.writes += 1
                return state.writeFails
            }
            guard let fault else { return real.write(descriptor, bytes) }
            if fault.after > 0 {
                self.change { $0.writeFails?.after = 0 }
                return real.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(fault.after)))
            }
            errno = fault.code
            return -1
        }
        calls.synchronize = { descriptor in
            let (fault, isHeld) = self.state.withLock { state in
                state.synchronizes += 1
                return (state.synchronizeFails, state.isHeld)
            }
            if isHeld {
                self.enteredContinuation.yield()
                self.gate.wait()
            }
            guard let fault else { return real.synchronize(descriptor) }
            errno = fault
            return -1
        }
        calls.truncate = { descriptor, length in
            guard let fault = self.state.withLock({ $0.truncateFails }) else {
                return real.truncate(descriptor, length)
            }
            errno = fault
            return -1
        }
        calls.free = { _ in self.state.withLock { $0.free } }
        return calls
    }
}
