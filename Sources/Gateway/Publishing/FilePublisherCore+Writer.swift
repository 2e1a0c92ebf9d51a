import Logging

/// What the writer's thread does.
extension FilePublisherCore {
    private enum Job {
        case write
        case reopen([Reopener])
        case probe
        case stop
    }

    func runWriter() {
        while true {
            switch nextJob() {
            case .write: writeBatch()
            case .reopen(let reopeners):
                let result = reopenIfMoved()
                for reopener in reopeners { reopener.resume(returning: result) }
            case .probe: probe()
            case .stop: return finish()
            }
        }
    }

    /// Waits for something to do. A batch is taken out before the lock is given back.
    private func nextJob() -> Job {
        signal.lock()
        defer { signal.unlock() }
        while true {
            if !state.reopeners.isEmpty {
                defer { state.reopeners = [] }
                return .reopen(state.reopeners)
            }
            if state.queue.hasPending {
                state.queue.takeBatch(reusing: &buffer)
                return .write
            }
            if state.isStopping { return .stop }
            guard state.failure != nil else {
                signal.waitAsWriter(until: nil)
                continue
            }
            if signal.waitAsWriter(until: ContinuousClock.now + limits.retryInterval) { return .probe }
        }
    }

    private func writeBatch() {
        var problem = append()
        // Deleted under the write, and the batch with it.
        if problem == nil, file?.isDeleted ?? false { problem = append() }
        note(problem)
        signal.lock()
        let answers = state.queue.finishBatch(problem.map { .unavailable(reason: $0) } ?? .published)
        signal.unlock()
        for (waiter, result) in answers { waiter.resume(returning: result) }
    }

    /// Writes the batch to the file that is at the path now: what rotates files needs not tell. Looking costs less than a
    /// thousandth of bringing the batch to the disk.
    /// - Returns: what went wrong. Where the file at the path can't be used, the one that was moved away is as good as ever;
    ///   one without a name is not.
    private func append() -> String? {
        if file?.isMoved ?? false, case .failure(let error) = reopenIfMoved(), file?.isDeleted ?? true {
            return error.description
        }
        return file?.append(buffer) ?? (file == nil ? "the file of messages is closed" : nil)
    }

    private func probe() {
        note(file?.probe())
    }

    /// Keeps what went wrong, and tells the log when that changes.
    private func note(_ problem: String?) {
        signal.lock()
        let last = state.failure
        state.failure = problem
        signal.unlock()
        guard problem != last else { return }
        if let problem {
            logger.error("messages can't be written", metadata: ["reason": "\(problem)"])
        } else {
            logger.notice("messages can be written again")
        }
    }

    /// Opens the file that is at the path now, if that is another; the old one stays in use if that fails.
    private func reopenIfMoved() -> Result<Void, FilePublisherError> {
        guard let path = file?.path, file?.isMoved ?? false else { return .success(()) }
        do throws(FilePublisherError) {
            let opened = try MessageFile(path: path, calls: calls)
            if let repair = opened.repair { logger.warning("\(repair)") }
            file = consume opened
            logger.notice("the file of messages was opened anew", metadata: ["path": "\(path)"])
            return .success(())
        } catch {
            if let others = reopeningLog.pass(now: .now) {
                logger.error(
                    "the file of messages can't be opened anew",
                    metadata: ["reason": "\(error)", "others": "\(others)"])
            }
            return .failure(error)
        }
    }

    private func finish() {
        file = nil
        signal.lock()
        state.isStopped = true
        let closers = state.closers
        let reopeners = state.reopeners
        state.closers = []
        state.reopeners = []
        signal.wakeWatchdog(always: true)
        signal.unlock()
        for closer in closers { closer.resume() }
        for reopener in reopeners { reopener.resume(returning: .failure(FilePublisherError("the server is stopping"))) }
    }
}
