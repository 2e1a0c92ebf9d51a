/// Jobs that other threads have left for a loop; guarded by the loop's lock.
struct LoopInbox {
    private var jobs: [LoopJob] = []
    private var signalled = false

    /// Takes a job in.
    /// - Returns: whether the loop must be woken: true once for all that gathers until it next looks.
    mutating func push(_ job: LoopJob) -> Bool {
        jobs.append(job)
        if signalled { return false }
        signalled = true
        return true
    }

    /// Hands everything over, in order, by exchanging buffers: `spare` must be empty, and both keep their memory.
    mutating func takeAll(into spare: inout [LoopJob]) {
        signalled = false
        swap(&jobs, &spare)
    }
}
