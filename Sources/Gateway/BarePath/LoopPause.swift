import EventLoop

/// Waiting on a loop without holding it up.
enum LoopPause {
    /// Returns after that time, on the loop, which the caller must be on.
    static func wait(_ duration: Duration, on loop: EventLoop) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            LoopTimer(on: loop) { continuation.resume() }.schedule(after: duration)
        }
    }

    /// Lets the loop look at its other sockets.
    static func turn(of loop: EventLoop) async {
        await wait(.zero, on: loop)
    }
}
