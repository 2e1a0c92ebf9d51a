import Database
import EventLoop
import Testing

@testable import Gateway

@Suite struct CandidateTests {
    private let start = ContinuousClock.now
    private let later = ContinuousClock.now + .seconds(60)
    private let key = CandidateKey.repository(service: "github", name: "a/b")
    private let ids = (1...20).map { TokenID(high: $0, low: 1) }

    private func table(capacity: Int = 100) -> CandidateTable {
        var table = CandidateTable(
            capacity: capacity, choice: CandidateChoice(limit: 8, limitPerOwner: 2), times: CacheTimes())
        table.isWatched = true
        return table
    }

    private static func waitForWaiters(_ count: Int, _ index: TokenScopeIndex) async {
        for _ in 0..<100_000 {
            guard await index.waiters < count else { return }
            await Task.yield()
        }
        Issue.record("\(count) never waited")
    }

    // MARK: Choosing

    @Test func `at most eight and two an owner`() {
        let choice = CandidateChoice(limit: 8, limitPerOwner: 2)
        let crowd = ids.map { Candidate(id: $0, owner: "mallory") }
        #expect(choice.choose(from: crowd, verified: []).map(\.id) == Array(ids.prefix(2)))
        let all = ids.enumerated().map { Candidate(id: $1, owner: $0 < 10 ? "mallory" : "owner\($0)") }
        #expect(choice.choose(from: all, verified: []).map(\.id) == [ids[0]] + ids[10..<17])
        // Whoever runs the command line can do anything anyway.
        let made = ids.map { Candidate(id: $0, owner: nil) }
        #expect(choice.choose(from: made, verified: []).map(\.id) == Array(ids.prefix(8)))
    }

    @Test func `those that verified before come first`() {
        let choice = CandidateChoice(limit: 3, limitPerOwner: 2)
        let all = ids.map { Candidate(id: $0, owner: "zoe") }
        #expect(choice.choose(from: all, verified: [ids[7], ids[3]]).map(\.id) == [ids[7], ids[3]])
        let gone = TokenID(high: 99, low: 1)
        #expect(choice.choose(from: all, verified: [gone, ids[5]]).map(\.id) == [ids[5], ids[0]])
    }

    private func accepted(_ id: TokenID, _ owner: String?, first: Int64, last: Int64) -> Candidate {
        Candidate(id: id, owner: owner, firstAccepted: first, lastAccepted: last)
    }

    /// Strangers have made tokens of the same scope, and have their own webhooks accepted by them, later and more often.
    @Test func `who was there before keeps its place`() {
        let choice = CandidateChoice(limit: 8, limitPerOwner: 2)
        let strangers = (0..<14).map { accepted(ids[$0], "stranger\($0 / 2)", first: 100, last: 1000 + Int64($0)) }
        let right = accepted(ids[19], "zoe", first: 1, last: 2)
        let chosen = choice.choose(from: strangers + [right], verified: [])
        #expect(chosen.count == 8)
        #expect(chosen[0].id == ids[13] && chosen[1].id == ids[19])
        // Also while the strangers' webhooks have just come in.
        #expect(choice.choose(from: strangers + [right], verified: Array(ids.prefix(8))).contains(right))
        // Each owner has one before any has a second.
        #expect(Set(chosen.compactMap(\.owner)).count == 8)
    }

    @Test func `what was last accepted is tried first`() {
        let choice = CandidateChoice(limit: 8, limitPerOwner: 2)
        let strangers = (0..<14).map { accepted(ids[$0], "stranger\($0 / 2)", first: Int64($0), last: 100) }
        let right = accepted(ids[19], "zoe", first: 50, last: 101)
        #expect(choice.choose(from: strangers + [right], verified: []).first == right)
        // What was accepted since is later than all that the database has.
        let chosen = choice.choose(from: strangers + [right], verified: [ids[3]])
        #expect(chosen.first?.id == ids[3] && chosen.contains(right))
    }

    @Test func `those of which nothing was accepted come after the others`() {
        let choice = CandidateChoice(limit: 8, limitPerOwner: 2)
        let strangers = (0..<8).map { Candidate(id: ids[$0], owner: "stranger\($0 / 2)") }
        let right = [accepted(ids[18], "zoe", first: 1, last: 2), accepted(ids[19], "zoe", first: 3, last: 4)]
        let chosen = choice.choose(from: strangers + right, verified: [])
        #expect(chosen.map(\.id) == [19, 18, 0, 2, 4, 6, 1, 3].map { ids[$0] })
    }

    /// Nothing was accepted of any of them: the strangers' are older, and each of them has two.
    @Test func `four strangers who came before leave the right one a place`() {
        let choice = CandidateChoice(limit: 8, limitPerOwner: 2)
        let strangers = (0..<8).map { Candidate(id: ids[$0], owner: "stranger\($0 / 2)") }
        let right = Candidate(id: ids[19], owner: "zoe")
        for turn in 0..<10 {
            let chosen = choice.choose(from: strangers + [right], verified: [], turn: turn)
            #expect(chosen.count == 8 && chosen.contains(right))
            #expect(Set(chosen.compactMap(\.owner)).count == 5, "each has one before any has a second")
        }
    }

    /// The strangers have had webhooks accepted before the right one's first webhook comes.
    @Test func `strangers who have proven something leave a new one a place`() {
        let choice = CandidateChoice(limit: 8, limitPerOwner: 2)
        for count in [4, 7] {
            let strangers = (0..<2 * count).map {
                accepted(ids[$0], "stranger\($0 / 2)", first: Int64($0), last: 100 + Int64($0))
            }
            let right = Candidate(id: ids[19], owner: "zoe")
            let chosen = choice.choose(from: strangers + [right], verified: strangers.prefix(8).map(\.id))
            #expect(chosen.count == 8 && chosen.last == right, "what has proven something goes first")
            // Nor do they have that place by more tokens of which nothing was accepted.
            let more = (0..<count).map {
                Candidate(id: TokenID(high: 100 + UInt64($0), low: 1), owner: "stranger\($0)")
            }
            #expect(choice.choose(from: strangers + more + [right], verified: []).contains(right))
        }
    }

    /// However many new ones there are, each has a place at some turn, and those that have proven something always.
    @Test func `new ones have their places by turns`() {
        let choice = CandidateChoice(limit: 8, limitPerOwner: 2)
        let proven = (0..<10).map { accepted(ids[$0], "old\($0)", first: Int64($0), last: Int64($0)) }
        let new = (10..<20).map { Candidate(id: ids[$0], owner: "new\($0)") }
        var seen: [Candidate] = []
        for turn in 0..<5 {
            let chosen = choice.choose(from: proven + new, verified: [], turn: turn)
            #expect(chosen.count == 8 && chosen.prefix(6).allSatisfy { $0.lastAccepted != nil })
            #expect(chosen == choice.choose(from: proven + new, verified: [], turn: turn))
            seen += chosen.suffix(2)
        }
        #expect(Set(seen) == Set(new))
        for turn in [Int.min, -1, .max] {
            #expect(choice.choose(from: proven + new, verified: [], turn: turn).count == 8)
        }
        // With one place alone, it is the best one's.
        #expect(CandidateChoice(limit: 1, limitPerOwner: 2).choose(from: proven + new, verified: []) == [proven[9]])
    }

    @Test func `the table goes on with the turns`() {
        var table = table()
        let new = ids.map { Candidate(id: $0, owner: "new\($0)") }
        var seen = Set(table.store(new, for: key, now: start).candidates.map(\.id))
        for _ in 0..<3 { seen.formUnion(table.lookup(key, now: start)?.candidates.map(\.id) ?? []) }
        table.expireAll()
        seen.formUnion(table.store(new, for: key, now: start).candidates.map(\.id))
        for _ in 0..<3 { seen.formUnion(table.lookup(key, now: start)?.candidates.map(\.id) ?? []) }
        #expect(seen == Set(ids))
    }

    // MARK: The table

    @Test func `what is known is fresh for its time`() {
        var table = table()
        #expect(table.lookup(key, now: start) == nil)
        _ = table.store([Candidate(id: ids[0], owner: nil)], for: key, now: start)
        #expect(table.lookup(key, now: start + .seconds(9))?.candidates.map(\.id) == [ids[0]])
        #expect(table.lookup(key, now: start + .seconds(10)) == nil)
        _ = table.store([], for: key, now: start)
        #expect(table.lookup(key, now: start)?.candidates.isEmpty == true)
        #expect(table.lookup(key, now: start + .seconds(10)) == nil)
        #expect(table.useStale(key, now: start) == nil)
    }

    @Test func `unheard changes are looked for soon`() {
        var table = table()
        table.isWatched = false
        _ = table.store([], for: key, now: start)
        #expect(table.lookup(key, now: start + .milliseconds(999)) != nil)
        #expect(table.lookup(key, now: start + .seconds(1)) == nil)
    }

    @Test func `the database is away`() {
        var table = table()
        _ = table.store([Candidate(id: ids[0], owner: nil)], for: key, now: start)
        let later = start + .seconds(100)
        #expect(table.useStale(key, now: later)?.isCertain == false)
        #expect(table.lookup(key, now: later)?.isCertain == false)
        #expect(table.lookup(key, now: later + .seconds(1)) == nil)
        #expect(table.useStale(key, now: start + .seconds(3600)) == nil)
        #expect(table.store([Candidate(id: ids[0], owner: nil)], for: key, now: later).isCertain)
    }

    @Test func `what verified is remembered across reads`() {
        var table = table()
        let all = ids.prefix(3).map { Candidate(id: $0, owner: nil) }
        _ = table.store(all, for: key, now: start)
        table.markVerified(ids[2], for: key)
        #expect(table.lookup(key, now: start)?.candidates.map(\.id) == [ids[2], ids[0], ids[1]])
        table.expireAll()
        #expect(table.lookup(key, now: start) == nil)
        #expect(table.store(all, for: key, now: start).candidates.first?.id == ids[2])
        #expect(table.store(Array(all.prefix(2)), for: key, now: start).candidates.map(\.id) == Array(ids.prefix(2)))
    }

    @Test func `keys are bounded`() {
        var table = table(capacity: 16)
        for number in 0..<1000 {
            _ = table.store([], for: .repository(service: "github", name: "made/up\(number)"), now: start)
        }
        #expect(table.count == 16)
    }

    // MARK: The index

    @Test func `one read a key however many ask`() async throws {
        let loader = ScriptedCandidates()
        let index = TokenScopeIndex(loader: loader, table: table(), maximumLookups: 2)
        async let first = index.candidates(for: key, until: later)
        await loader.waitForReads(1)
        async let second = index.candidates(for: key, until: later)
        loader.finish(.success([Candidate(id: ids[0], owner: nil)]))
        let answers = try await [first, second]
        #expect(answers.allSatisfy { $0.candidates.map(\.id) == [ids[0]] })
        let known = try await index.candidates(for: key, until: later)
        #expect(known.isCertain)
        #expect(loader.reads == 1)
    }

    @Test func `reads at once are bounded`() async throws {
        let loader = ScriptedCandidates()
        let index = TokenScopeIndex(loader: loader, table: table(), maximumLookups: 1)
        let keys = (0..<3).map { CandidateKey.repository(service: "github", name: "a/\($0)") }
        async let first = index.candidates(for: keys[0], until: later)
        async let second = index.candidates(for: keys[1], until: later)
        for count in 1...2 {
            await loader.waitForReads(count)
            #expect(loader.reads == count)
            loader.finish(.success([]))
        }
        let answers = try await [first, second]
        #expect(answers.allSatisfy { $0.candidates.isEmpty })
    }

    @Test func `a read that a change overtakes does not count`() async throws {
        let loader = ScriptedCandidates()
        let index = TokenScopeIndex(loader: loader, table: table(), maximumLookups: 2)
        async let answer = index.candidates(for: key, until: later)
        await loader.waitForReads(1)
        await index.handle(.everything)
        loader.finish(.success([]))
        await loader.waitForReads(2)
        // What was overtaken is not held meanwhile either: whoever asks now waits for the read that counts.
        async let another = index.candidates(for: key, until: later)
        await Self.waitForWaiters(2, index)
        loader.finish(.success([Candidate(id: ids[0], owner: nil)]))
        let found = try await [answer, another]
        #expect(found.allSatisfy { $0.candidates.map(\.id) == [ids[0]] })
        #expect(loader.reads == 2)
    }

    @Test func `a read that is overtaken again and again is not kept`() async throws {
        let loader = ScriptedCandidates()
        let index = TokenScopeIndex(loader: loader, table: table(), maximumLookups: 2)
        async let answer = index.candidates(for: key, until: later)
        for count in 1...4 {
            await loader.waitForReads(count)
            await index.handle(.everything)
            loader.finish(.success([Candidate(id: ids[0], owner: nil)]))
        }
        #expect(try await answer.candidates.map(\.id) == [ids[0]])
        async let next = index.candidates(for: key, until: later)
        await Self.waitForWaiters(1, index)
        guard await index.waiters == 1 else { return }
        await loader.waitForReads(5)
        loader.finish(.success([]))
        #expect(try await next.candidates.isEmpty)
    }

    @Test func `what cannot be known is an error`() async throws {
        let loader = ScriptedCandidates()
        let index = TokenScopeIndex(loader: loader, table: table(), maximumLookups: 2)
        async let answer = index.candidates(for: key, until: later)
        await loader.waitForReads(1)
        loader.finish(.failure(DatabaseError(.unavailable, "away")))
        do {
            let found = try await answer
            Issue.record("\(found)")
        } catch {
            #expect((error as? DatabaseError)?.code == .unavailable)
        }
    }

    @Test func `nobody waits beyond the deadline`() async throws {
        let loader = ScriptedCandidates()
        let clock = TestClock()
        let index = TokenScopeIndex(loader: loader, table: table(), maximumLookups: 1, clock: { clock.now })
        let other = CandidateKey.repository(service: "github", name: "c/d")
        async let first = index.candidates(for: key, until: later)
        await loader.waitForReads(1)
        // It waits for the other's read.
        async let second = index.candidates(for: other, until: clock.now + .seconds(8))
        await Self.waitForWaiters(2, index)
        clock.advance(by: .milliseconds(7999))
        await index.expire()
        #expect(await index.waiters == 2)
        clock.advance(by: .milliseconds(1))
        await index.expire()
        do {
            let found = try await second
            Issue.record("\(found)")
        } catch {
            #expect((error as? DatabaseError)?.code == .timeout)
        }
        loader.finish(.success([]))
        #expect(try await first.candidates.isEmpty)
        // What nobody waited for any more was not read.
        #expect(loader.reads == 1)
        async let again = index.candidates(for: other, until: later)
        await loader.waitForReads(2)
        loader.finish(.success([]))
        #expect(try await again.isCertain)
    }

    /// An index that knows of a candidate, which is past its time.
    private func stale(_ loader: ScriptedCandidates, _ clock: TestClock) async throws -> TokenScopeIndex {
        let index = TokenScopeIndex(loader: loader, table: table(), maximumLookups: 1, clock: { clock.now })
        async let answer = index.candidates(for: key, until: clock.now + .seconds(8))
        await loader.waitForReads(1)
        loader.finish(.success([Candidate(id: ids[0], owner: nil)]))
        _ = try await answer
        clock.advance(by: .seconds(10))
        return index
    }

    @Test func `what is known is used soon where the database hangs`() async throws {
        let (loader, clock) = (ScriptedCandidates(), TestClock())
        let index = try await stale(loader, clock)
        async let answer = index.candidates(for: key, until: clock.now + .seconds(8))
        await loader.waitForReads(2)
        await Self.waitForWaiters(1, index)
        clock.advance(by: .milliseconds(499))
        await index.expire()
        #expect(await index.waiters == 1)
        clock.advance(by: .milliseconds(1))
        await index.expire()
        guard await index.waiters == 0 else {
            loader.finish(.failure(UnreachableDatabase.error))
            Issue.record("it waits on")
            return
        }
        let found = try await answer
        #expect(found.candidates.map(\.id) == [ids[0]] && !found.isCertain)
        // For a moment nobody waits at all; nor does who comes after a change.
        #expect(try await !index.candidates(for: key, until: clock.now + .seconds(8)).isCertain)
        await index.handle(.everything)
        #expect(try await !index.candidates(for: key, until: clock.now + .seconds(8)).isCertain)
        // Then the database is asked again, or rather the read that is under way is waited for.
        clock.advance(by: .seconds(1))
        async let next = index.candidates(for: key, until: clock.now + .seconds(8))
        await Self.waitForWaiters(1, index)
        loader.finish(.success([]))
        // The change overtook it.
        await loader.waitForReads(3)
        loader.finish(.success([]))
        let last = try await next
        #expect(last.candidates.isEmpty && last.isCertain)
    }

    /// Another read of another key hangs, and takes the only place.
    @Test func `what is known is used soon where its turn does not come`() async throws {
        let (loader, clock) = (ScriptedCandidates(), TestClock())
        let index = try await stale(loader, clock)
        let other = CandidateKey.repository(service: "github", name: "c/d")
        async let hanging = index.candidates(for: other, until: later)
        await loader.waitForReads(2)
        async let answer = index.candidates(for: key, until: clock.now + .seconds(8))
        await Self.waitForWaiters(2, index)
        clock.advance(by: .milliseconds(500))
        await index.expire()
        #expect(await index.waiters == 1)
        loader.finish(.success([]))
        #expect(try await hanging.isCertain)
        #expect(try await !answer.isCertain)
    }

    /// A webhook that has no time left says nothing of the database.
    @Test func `what is known is used at the deadline`() async throws {
        let (loader, clock) = (ScriptedCandidates(), TestClock())
        let index = try await stale(loader, clock)
        async let answer = index.candidates(for: key, until: clock.now + .milliseconds(100))
        await loader.waitForReads(2)
        await Self.waitForWaiters(1, index)
        clock.advance(by: .milliseconds(100))
        await index.expire()
        #expect(try await !answer.isCertain)
        await index.handle(.everything)
        async let next = index.candidates(for: key, until: clock.now + .seconds(8))
        await Self.waitForWaiters(1, index)
        for read in 2...3 {
            await loader.waitForReads(read)
            loader.finish(.success([]))
        }
        #expect(try await next.isCertain)
    }

    @Test func `the loop watches the deadlines`() async throws {
        let loader = ScriptedCandidates()
        let index = TokenScopeIndex(
            loader: loader, table: table(), maximumLookups: 1, loop: try TestDatabases.loop.get())
        do {
            let found = try await index.candidates(for: key, until: .now + .milliseconds(10))
            Issue.record("\(found)")
        } catch {
            #expect((error as? DatabaseError)?.code == .timeout)
        }
        loader.finish(.success([]))
    }

    // MARK: The database
}
