extension Duration {
    /// Returns the rest of this limit for a caller that can wait until `deadline`.
    /// - Throws: `DatabaseError` with the code `timeout` if nothing is left.
    func bounded(
        by deadline: ContinuousClock.Instant?, now: ContinuousClock.Instant = .now
    ) throws(DatabaseError) -> Duration {
        guard let deadline else { return self }
        let left = now.duration(to: deadline)
        guard left > .zero else { throw .callerDeadline }
        return min(self, left)
    }
}
