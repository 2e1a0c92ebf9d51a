/// The first-in-first-out queue of jobs that a loop's own thread fills and empties.
struct LoopQueue {
    private var jobs: [LoopJob] = []
    private var head = 0

    var isEmpty: Bool { head == jobs.count }

    mutating func push(_ job: LoopJob) {
        jobs.append(job)
    }

    mutating func push(contentsOf others: [LoopJob]) {
        jobs.append(contentsOf: others)
    }

    mutating func pop() -> LoopJob? {
        guard head < jobs.count else { return nil }
        let job = jobs[head]
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1024 {
            jobs.removeFirst(head)
            head = 0
        }
        return job
    }
}
