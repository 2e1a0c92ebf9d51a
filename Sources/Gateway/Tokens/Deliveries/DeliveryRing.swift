/// The last records of one kind, at most ``DeliveryList/kept``: a new one takes the place of the one that came first.
struct DeliveryRing: Sendable, Hashable {
    /// The outcome of a record.
    enum Outcome: Sendable, Hashable {
        /// There is one record more.
        case added
        /// It took the place of another, which the database need not see any more.
        case replaced
        /// There was no room.
        case dropped
    }

    private var records: [DeliveryRecord] = []
    private var oldest = 0

    /// Records held.
    var count: Int { records.count }

    /// The records, in the order in which they came.
    var inOrder: [DeliveryRecord] { Array(records[oldest...] + records[..<oldest]) }

    /// Adds a record.
    mutating func add(_ record: DeliveryRecord, mayGrow: Bool) -> Outcome {
        if records.count < DeliveryList.kept, mayGrow {
            if oldest == 0 {
                records.append(record)
            } else {
                records = inOrder + [record]
                oldest = 0
            }
            return .added
        }
        guard !records.isEmpty else { return .dropped }
        let outcome: Outcome = records.count == DeliveryList.kept ? .replaced : .dropped
        records[oldest] = record
        oldest = (oldest + 1) % records.count
        return outcome
    }
}
