import EventLoop

/// A load test: connects, warms up, measures.
struct LoadTest: Sendable {
    let settings: LoadSettings
    let template: WebhookTemplate

    /// - Throws: `BenchError` if the server cannot be reached or the process is not there.
    func run(against addresses: [SocketAddress]) async throws -> LoadResult {
        let workers = try startWorkers(addresses)
        let idle = try sampleServer()
        try await onAll(workers) { worker, _ in try await worker.connect() }
        var ids: [UInt8] = []
        if settings.warmup > 0 {
            ids = try await measure(workers, requests: settings.warmup, rate: nil).messageIDs
        }
        let serverBefore = try sampleServer()
        let clientBefore = ProcessSample.ownCPUTime()
        let start = ContinuousClock.now
        let tally = try await measure(workers, requests: settings.requests, rate: settings.rate)
        let elapsed = start.duration(to: .now)
        let clientTime = ProcessSample.ownCPUTime() - clientBefore
        // A server that ended in the run takes its figures along, not those of the answers.
        let serverAfter = try? sampleServer()
        try await onAll(workers) { worker, _ in worker.disconnect() }
        let report = Report(
            tally: tally, elapsed: elapsed, clientTime: clientTime,
            server: ServerFigures(idle: idle, before: serverBefore, after: serverAfter, answers: tally.answerCount))
        return LoadResult(report: report, messageIDs: ids + tally.messageIDs)
    }

    private func startWorkers(_ addresses: [SocketAddress]) throws -> [Worker] {
        let loops = min(settings.loops, settings.connections)
        return try (0..<loops).map { index in
            let senders = (0..<share(settings.connections, of: index, among: loops)).map { _ in
                WebhookSender(addresses: addresses, template: template, timeout: settings.timeout)
            }
            let loop = try EventLoop.start(name: "bench-\(index)")
            return Worker(loop: loop, senders: senders, keepsMessageIDs: settings.keepsMessageIDs)
        }
    }

    private func sampleServer() throws -> ProcessSample? {
        try settings.process.map { try ProcessSample(of: $0) }
    }

    private func measure(_ workers: [Worker], requests: Int, rate: Double?) async throws -> Tally {
        let start = ContinuousClock.now
        let interval = rate.map { Duration.seconds(1 / $0) }
        var total = Tally()
        let tallies = try await onAll(workers) { worker, index in
            // With a rate, the loops take turns.
            await worker.run(
                Schedule(
                    count: share(requests, of: index, among: workers.count),
                    start: start + (interval ?? .zero) * index,
                    end: start + settings.duration,
                    interval: interval.map { $0 * workers.count }))
        }
        for tally in tallies { total.add(tally) }
        return total
    }

    /// Runs `work` for each worker on its loop, all at once.
    @discardableResult
    private func onAll<Result: Sendable>(
        _ workers: [Worker], _ work: @escaping @Sendable (Worker, Int) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            for (index, worker) in workers.enumerated() {
                group.addTask(executorPreference: worker.loop.taskExecutor) { try await work(worker, index) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func share(_ count: Int, of index: Int, among parts: Int) -> Int {
        count / parts + (index < count % parts ? 1 : 0)
    }
}
