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
