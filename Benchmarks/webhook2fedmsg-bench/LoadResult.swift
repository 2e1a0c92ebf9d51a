/// The findings of a load test, and the ids to compare with what arrived.
struct LoadResult: Sendable {
    let report: Report
    /// The message ids of all answers, those of the warm-up too, each with a line end.
    let messageIDs: [UInt8]
}
