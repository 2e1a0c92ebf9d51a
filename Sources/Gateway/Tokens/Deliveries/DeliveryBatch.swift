/// The deliveries written in one transaction. It stays as it is until it was written, so that it can be told from the
/// next if it is not known whether it was.
struct DeliveryBatch: Sendable {
    /// Counts the batches of a process, from 1.
    let number: Int64
    /// The deliveries by token; in the order of their ids, so that no two transactions wait for each other.
    let entries: [(token: TokenID, tally: DeliveryTally)]
}
