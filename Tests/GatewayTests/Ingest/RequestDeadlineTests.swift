import Testing

@testable import Gateway

/// A request has one deadline, counted from its head; whatever it waits for is given that one.
@Suite struct RequestDeadlineTests {
    private static let limit = Duration.seconds(7)

    @Test(arguments: [false, true]) func `one for all that a request waits for`(bare: Bool) async throws {
        let database = RecordingDatabase(try await TestStore.database())
        try await TestGateway.run(
            store: try TestStore(database: database), change: { $0.ingest.deadline = Self.limit }
        ) { gateway in
            let token = try await gateway.makeToken(scope: "fedora")
            database.forget()
            let start = ContinuousClock.now
            let headWasRead = try await gateway.pushInTwo(to: bare ? "/github" : "/github/\(token.id)") { answer in
                #expect(answer.status == 202)
            }
            let deadline = try #require(gateway.publisher.deadlines.first.flatMap { $0 }).instant
            // Not from when its body was here, nor from when anything else began.
            #expect(start + Self.limit <= deadline && deadline <= headWasRead + Self.limit)
            // What is read is for all who wait for it, and so has nobody's deadline: each of them stops waiting at its own
            // (TokenCacheTests, CandidateTests).
            #expect(database.deadlines.count == (bare ? 2 : 1))
            #expect(database.deadlines.allSatisfy { $0 == nil })
        }
    }
}
