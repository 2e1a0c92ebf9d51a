import EventLoop

/// The resources that a client keeps on its loop and releases there, whichever thread lets go of the client.
///
/// An `isolated deinit` of the actor would say the same in one line, but the optimiser of Swift 6.3 ends with "circular
/// reference" where another module uses an actor that has one.
final class LoopRemains {
    var engine: TransferEngine?
    var timer: LoopTimer?
    private let loop: EventLoop

    init(loop: EventLoop) { self.loop = loop }

    deinit {
        // Nobody else holds the engine: from here on it is the loop's alone.
        nonisolated(unsafe) let engine = engine
        let timer = timer
        guard engine != nil || timer != nil else { return }
        loop.execute {
            // Sockets are closed, and their watchers stopped.
            engine?.close()
            timer?.cancel()
        }
    }
}
