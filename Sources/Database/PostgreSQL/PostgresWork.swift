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
