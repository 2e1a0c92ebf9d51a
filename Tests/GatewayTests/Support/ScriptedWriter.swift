import Database
import EventLoop

@testable import Gateway

/// Writes as the test says, through another writer.
final class ScriptedWriter: DeliveryWriting {
    enum Mishap: Sendable {
        /// The database is away: nothing is written.
        case before
        /// It goes away once it has written, before it can say so.
        case after
    }

    private let writer: DeliveryWriter
    private let mishaps: Locked<[Mishap?]>

    /// - Parameter mishaps: Of the first batches, in order; those that follow are written.
    init(_ database: any Database, name: String = "test", _ mishaps: [Mishap?]) {
        writer = DeliveryWriter(database: database, name: name)
        self.mishaps = Locked(mishaps)
    }

    func write(_ batch: DeliveryBatch) async throws {
        let mishap = mishaps.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if mishap == .before { throw DatabaseError(.unavailable, "away") }
        try await writer.write(batch)
        if mishap == .after { throw DatabaseError(.unavailable, "away") }
    }

    func finish() async { await writer.finish() }
}
