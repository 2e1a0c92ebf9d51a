import EventLoop
import Testing

@testable import Database

/// The order in which hosts are tried, seen from the hosts' side: no PostgreSQL is needed.
struct PostgresDialerTests {
    /// Dials `count` times at once, and returns what became of each.
    private static func dial(_ dialer: Dialer, times count: Int) async -> [DatabaseError?] {
        await withCheckedContinuation { continuation in
            dialer.loop.execute {
                var errors: [DatabaseError?] = []
                for _ in 0..<count {
                    dialer.attempts.append(
                        dialer.dialer.dial { result in
                            switch result {
                            case .failure(let error): errors.append(error)
                            case .success(let handle):
                                errors.append(nil)
                                dialer.close(handle)
                            }
                            if errors.count == count { continuation.resume(returning: errors) }
                        })
                }
            }
        }
    }

    /// Safe to share: looked into on the loop only.
    private final class Dialer: @unchecked Sendable {
        let loop: EventLoop
        let dialer: PostgresDialer
        var attempts: [PostgresDialer.Attempt] = []

        init(_ settings: PostgresSettings, timeout: Duration, loop: EventLoop) {
            self.loop = loop
            dialer = PostgresDialer(settings: settings, timeout: timeout, loop: loop, resolver: .system)
        }

        func close(_ handle: PostgresConnector.Handle) {
            PostgresConnection(handle.pointer, loop: loop, password: nil, preparedStatements: 0) { _ in }.close()
        }
    }

    private static func hosts(_ ports: UInt16...) throws -> PostgresSettings {
        let names = ports.map { _ in "127.0.0.1" }.joined(separator: ",")
        return try PostgresSettings(
            parsing: "host=\(names) port=\(ports.map { "\($0)" }.joined(separator: ",")) user=w2f sslmode=disable")
    }

    @Test func `a silent host takes its share and the next is tried`() async throws {
        let silent = try SilentListener()
        defer { silent.close() }
        let dialer = Dialer(
            try Self.hosts(silent.port, 1), timeout: .seconds(3), loop: try TestDatabase.loop.get())
        let error = try #require(await Self.dial(dialer, times: 1).first ?? nil)
        #expect(error.code == .unavailable)
        // The other one's refusal is what was heard last; the silence is not forgotten.
        #expect(error.message.contains("refused"))
        #expect(error.message.contains("no answer in time from 127.0.0.1 port \(silent.port)"))
    }

    @Test func `hosts that are all silent end in time`() async throws {
        let listeners = [try SilentListener(), try SilentListener()]
        defer { for listener in listeners { listener.close() } }
        let dialer = Dialer(
            try Self.hosts(listeners[0].port, listeners[1].port), timeout: .milliseconds(300),
            loop: try TestDatabase.loop.get())
        let start = ContinuousClock.now
        let error = try #require(await Self.dial(dialer, times: 1).first ?? nil)
        #expect(error.message == "PostgreSQL did not answer within 0.3 seconds")
        #expect(start.duration(to: .now) < .seconds(20))
    }

    /// Attempts that failed together turn the list of two hosts by one: by eight, the dead one would be the first again.
    @Test func `failures of one time turn the list once`() async throws {
        let silent = try SilentListener()
        defer { silent.close() }
        let dialer = Dialer(
            try Self.hosts(silent.port, 1), timeout: .milliseconds(400), loop: try TestDatabase.loop.get())
        #expect(await Self.dial(dialer, times: 8).compactMap(\.self).count == 8)
        #expect(dialer.dialer.rotation == 1)
        // One alone, later, turns it on.
        _ = await Self.dial(dialer, times: 1)
        #expect(dialer.dialer.rotation == 2)
    }

    /// After a cut the host that worked is tried first, however often the list was turned meanwhile.
    @Test func `the host that worked is tried first`() async throws {
        let (first, second) = (try FakePostgres(), try FakePostgres())
        defer {
            first.close()
            second.close()
        }
        first.close()
        let dialer = Dialer(
            try Self.hosts(first.port, second.port), timeout: .seconds(20), loop: try TestDatabase.loop.get())
        func dial() async -> DatabaseError? { await Self.dial(dialer, times: 1).first ?? nil }
        #expect(await dial() == nil)
        #expect(dialer.dialer.lastHost?.port == "\(second.port)")
        second.close()
        for _ in 0..<2 { #expect(await dial() != nil) }
        let visits = first.visits
        try first.open()
        try second.open()
        #expect(await dial() == nil)
        #expect(first.visits == visits && dialer.dialer.lastHost?.port == "\(second.port)")
        // Where it is away, the other one is as good, and is then the one that worked.
        second.close()
        #expect(await dial() == nil)
        #expect(dialer.dialer.lastHost?.port == "\(first.port)")
    }

    @Test func `a database in another encoding is refused`() async throws {
        for encoding in ["LATIN1", "SQL_ASCII"] {
            let server = try FakePostgres(encoding: encoding)
            defer { server.close() }
            let dialer = Dialer(try Self.hosts(server.port), timeout: .seconds(20), loop: try TestDatabase.loop.get())
            let error = try #require(await Self.dial(dialer, times: 1).first ?? nil)
            #expect(error.code == .configuration)
            #expect(error.message.contains("is \(encoding)") && error.message.contains("ENCODING 'UTF8'"))
        }
    }
}
