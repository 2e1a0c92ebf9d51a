/// A statement that runs on a connection.
struct PostgresQueryWork {
    let parameters: PostgresParameters
    let completion: (Result<SQLResult, any Error>) -> Void
    var result = SQLResult()
    /// The server's error for the running step.
    var error: DatabaseError?
}

/// A batch that runs on a connection.
struct PostgresBatchWork {
    let texts: [String]
    let parameters: [PostgresParameters]
    let completion: (Result<[SQLResult], any Error>) -> Void
    var machine: PostgresBatch
    /// The number of times that it was sent again. Each time the reason was gone, and there may be more than one.
    var retries = 0

    /// The text of the statement that failed, if it was one.
    var failedText: String? {
        guard case .execute(let index, _)? = machine.failure?.step else { return nil }
        return texts[index]
    }
}

/// A batch of statements in libpq's pipeline mode, without I/O: what was sent, and what the answers mean.
///
/// The pipeline ends with one Sync and holds no BEGIN, so PostgreSQL runs it as one transaction, which it commits at the Sync
/// (its documentation, "Pipelining"). After a step that fails the server skips all others.
struct PostgresBatch {
    /// One piece of the pipeline.
    enum Step: Equatable {
        /// `DEALLOCATE` the name, which nobody uses any more.
        case deallocate(String)
        /// Prepare the text under the name.
        case prepare(name: String, sql: String)
        /// Run the statement at this place of the batch, by the name that it was prepared under or by its text.
        case execute(Int, name: String?)
    }

    /// The server's answer to a step.
    enum Answer {
        case done(SQLResult)
        case failed(DatabaseError)
        /// A step before it failed.
        case skipped
    }

    /// The steps sent, in order.
    let steps: [Step]
    /// The statements' results, in their order.
    private(set) var results: [SQLResult]
    /// The step that failed, and why.
    private(set) var failure: (step: Step, error: DatabaseError)?
    /// A Boolean value that indicates whether all has come, the answer to Sync included.
    private(set) var isComplete = false
    private var position = 0
    private var isAnswered = false

    init(steps: [Step], count: Int) {
        self.steps = steps
        results = Array(repeating: SQLResult(), count: count)
    }

    /// An answer has come.
    /// - Returns: the step that it is for, if it was done.
    mutating func received(_ answer: Answer) -> Step? {
        guard position < steps.count else { return nil }
        let step = steps[position]
        isAnswered = true
        switch answer {
        case .done(let result):
            if case .execute(let index, _) = step { results[index] = result }
            return step
        case .failed(let error):
            if failure == nil { failure = (step, error) }
            return nil
        case .skipped:
            return nil
        }
    }

    /// The answers to a step have ended.
    mutating func stepEnded() {
        guard isAnswered else { return }
        isAnswered = false
        position += 1
    }

    /// The answer to Sync has come.
    mutating func synchronized() {
        if position < steps.count, failure == nil {
            failure = (steps[position], DatabaseError(.other, "PostgreSQL did not answer all of a batch"))
        }
        isComplete = true
    }
}
