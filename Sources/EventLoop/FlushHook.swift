/// Something to do once before the loop next blocks, however often it is asked for in a turn: gathered output goes out
/// in one write. Confined to its loop.
public final class FlushHook {
    private let loop: EventLoop
    private let action: () -> Void
    private var isRequested = false

    /// - Parameter action: runs on the loop, from `ev_prepare`.
    public init(on loop: EventLoop, _ action: @escaping () -> Void) {
        self.loop = loop
        self.action = action
    }

    /// Asks for one run of the action before the loop next blocks.
    public func request() {
        loop.preconditionInLoop()
        guard !isRequested else { return }
        isRequested = true
        loop.core.requestFlush(self)
    }

    func run() {
        isRequested = false
        action()
    }
}
