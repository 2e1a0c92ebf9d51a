/// The loops that serve connections: a new connection goes to the one with the fewest.
public final class LoopGroup: Sendable {
    /// The loops, at least one.
    public let loops: [EventLoop]

    /// Starts `count` loops, each on a thread of its own.
    public static func start(count: Int, name: String = "loop") throws(StreamError) -> LoopGroup {
        var loops: [EventLoop] = []
        for index in 0..<max(1, count) { loops.append(try EventLoop.start(name: "\(name)-\(index)")) }
        return LoopGroup(loops)
    }

    private init(_ loops: [EventLoop]) {
        self.loops = loops
    }

    /// Picks the loop with the fewest connections and counts one more on it. From any thread.
    public func assign() -> EventLoop {
        var best = loops[0]
        for loop in loops.dropFirst() where loop.connections < best.connections { best = loop }
        best.addConnection()
        return best
    }

    /// Counts one connection less on `loop`. From any thread.
    public func release(_ loop: EventLoop) {
        loop.removeConnection()
    }
}
