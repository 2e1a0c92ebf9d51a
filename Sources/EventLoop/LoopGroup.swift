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

/// One value for each loop, used only on that loop: what is reused from request to request without a lock.
///
/// Inlinable, so that its user's module has it specialized.
public struct LoopLocal<Value>: @unchecked Sendable {
    // Safe to share though `Value` may not be: `current` hands a value to the thread of its own loop only.
    @usableFromInline
    let values: [(loop: EventLoop, value: Value)]

    /// Makes the values, on the caller's thread, before any loop uses them.
    public init(_ loops: [EventLoop], _ make: (EventLoop) throws -> Value) rethrows {
        values = try loops.map { ($0, try make($0)) }
    }

    /// The value of the loop whose thread this is; nil on any other thread.
    @inlinable
    public var current: Value? {
        for (loop, value) in values where loop.isCurrent { return value }
        return nil
    }
}

extension LoopLocal where Value: Sendable {
    /// The values of all loops, for any thread.
    public var all: [Value] { values.map(\.value) }
}
