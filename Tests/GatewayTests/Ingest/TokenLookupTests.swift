import Database
import EventLoop
import HTTPServer
import Logging
import Testing

@testable import Gateway

@Suite struct TokenLookupTests {
    private let loader = ScriptedLoader()
    private let lookup: TokenLookup
    private let ids: [TokenID]

    init() throws {
        let authority = TokenIDAuthority(try KeyRing(TestStore.key()))
        ids = try (0..<3).map { _ in try authority.make() }
        lookup = TokenLookup(
            cache: TokenCache(loader: loader, authority: authority), retryAfter: 5,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func records() -> Task<(tokens: [TokenRecord], failure: HTTPError?), Never> {
        Task { [lookup, ids] in await lookup.records(of: ids, until: RequestDeadline(.now + .seconds(60))) }
    }

    /// None waits for another's.
    @Test func `several are read together`() async {
        let reading = records()
        await loader.waitForReads(3)
        for id in loader.started { loader.finish(.success(id == ids[1] ? nil : TestRecord.make(id))) }
        let (tokens, failure) = await reading.value
        #expect(tokens.map(\.id) == [ids[0], ids[2]])
        #expect(failure == nil)
        let (known, _) = await records().value
        #expect(known.map(\.id) == [ids[0], ids[2]])
        #expect(loader.started.count == 3)
    }

    @Test func `what is in memory needs no wait`() async {
        let reading = Task { [lookup, ids] in
            await lookup.records(of: Array(ids[..<2]), until: RequestDeadline(.now + .seconds(60)))
        }
        await loader.waitForReads(2)
        for id in loader.started { loader.finish(.success(id == ids[1] ? nil : TestRecord.make(id))) }
        _ = await reading.value
        let (tokens, missing) = lookup.known(of: ids)
        #expect(tokens.map(\.id) == [ids[0]] && missing == [ids[2]])
        #expect(loader.started.count == 2)
    }

    /// One that cannot be read is no reason not to try the others.
    @Test func `what cannot be read is said`() async {
        let reading = records()
        await loader.waitForReads(3)
        for id in loader.started {
            loader.finish(id == ids[0] ? .failure(DatabaseError(.unavailable, "away")) : .success(TestRecord.make(id)))
        }
        let (tokens, failure) = await reading.value
        #expect(tokens.map(\.id) == Array(ids[1...]))
        #expect(failure?.status == .serviceUnavailable)
    }
}
