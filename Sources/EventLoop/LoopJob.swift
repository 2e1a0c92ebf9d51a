/// One piece of work in a loop's queue.
enum LoopJob {
    /// A job of an actor that lives on the loop.
    case actor(UnownedJob)
    /// A job of a task that prefers the loop.
    case task(UnownedJob)
    /// A plain function posted by `EventLoop.execute`.
    case function(@Sendable () -> Void)
}
