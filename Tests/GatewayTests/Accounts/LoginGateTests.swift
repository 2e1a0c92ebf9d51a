import Database
import EventLoop
import HTTPServer
import OIDC
import Testing

@testable import Gateway

@Suite struct LoginGateTests {
    private let here = Self.source(1)
    private let there = Self.source(2)
    private let start = ContinuousClock.now

    private static func source(_ address: Int) -> ClientSource {
        ClientAddress.address(.ipv4(address: UInt32(address), port: 1)).source ?? .new()
    }

    private func isOpen(_ entry: LoginGate.Entry) -> Bool { entry == .open }

    /// Ninety made-up codes from one address against a provider that does not answer.
    @Test func `one address leaves room for others`() async {
        let gate = LoginGate(atOnce: 4, sleep: { _ in })
        var open = 0
        for _ in 0..<90 where await gate.enter(here, now: start) == .open { open += 1 }
        #expect(open == 4)
        #expect(await gate.enter(there, now: start) == .open)
        for _ in 0..<4 { await gate.leave(here, isMadeUp: false) }
        #expect(await gate.enter(here, now: start) == .open)
    }

    @Test func `who comes while others are under way waits`() async {
        let waits = Locked(0)
        let (steps, step) = AsyncStream.makeStream(of: Void.self)
        let gate = LoginGate(
            atOnce: 1,
            sleep: { _ in
                waits.withLock { $0 += 1 }
                for await _ in steps { break }
            })
        #expect(await gate.enter(here, now: start) == .open)
        async let second = gate.enter(here, now: start)
        while waits.withLock({ $0 }) == 0 { await Task.yield() }
        await gate.leave(here, isMadeUp: false)
        step.yield()
        #expect(await second == .open)
    }

    @Test func `a code is redeemed once at a time`() async {
        let gate = LoginGate(atOnce: 4, sleep: { _ in })
        #expect(await gate.begin("a"))
        #expect(await !gate.begin("a"))
        #expect(await gate.begin("b"))
        await gate.end("a")
        #expect(await gate.begin("a"))
    }

    @Test func `made up codes wear patience out`() async {
        let gate = LoginGate(atOnce: 4, sleep: { _ in })
        var open = 0
        for _ in 0..<300 where await gate.enter(here, now: start) == .open {
            open += 1
            await gate.leave(here, isMadeUp: true)
        }
        #expect(open == LoginGate.burst)
        #expect(await gate.enter(there, now: start) == .open)
        let later = start + LoginGate.interval
        #expect(await gate.enter(here, now: later) == .open)
        await gate.leave(here, isMadeUp: true)
        #expect(await gate.enter(here, now: later) != .open)
        // A provider that is away wears nobody's patience out.
        for _ in 0..<300 {
            #expect(await gate.enter(there, now: start) == .open)
            await gate.leave(there, isMadeUp: false)
            if await gate.enter(there, now: start) == .open { await gate.leave(there, isMadeUp: false) }
        }
    }

    @Test func `sources are bounded`() async {
        let gate = LoginGate(atOnce: 1, sleep: { _ in })
        for number in 0..<(2 * LoginGate.maximumSources) {
            let source = Self.source(1000 + number)
            guard await gate.enter(source, now: start) == .open else { continue }
            await gate.leave(source, isMadeUp: true)
        }
        #expect(await gate.sourceCount <= LoginGate.maximumSources)
    }
}

@Suite struct LoginCookiesTests {
    private let now = UnixTime(milliseconds: 1_795_455_986_000)
    private let policy = CookiePolicy(baseURL: "https://hooks.example.org")

    private func cookies() throws -> LoginCookies {
        let sealed = SealedCookie(keys: try KeyRing(TestStore.key()), policy: policy)
        return LoginCookies(sealed: sealed, policy: policy, lifetime: .seconds(600))
    }

    /// Many tabs: with each further login only the oldest is given up.
    @Test func `only the oldest goes`() throws {
        let cookies = try cookies()
        var jar: [String: String] = [:]
        var attempts: [LoginAttempt] = []
        for number in 0..<12 {
            let attempt = try LoginAttempt(
                returnAddress: "/\(number)", maxAge: nil, startedAt: now.milliseconds / 1000 + Int64(number))
            attempts.append(attempt)
            let line = jar.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            let head = try TestHead.get("Cookie: \(line.isEmpty ? "a=b" : line)")
            for field in try cookies.begin(attempt, in: head, now: now) {
                let pair = field.value.prefix { $0 != ";" }
                let name = String(pair.prefix { $0 != "=" })
                let value = String(pair.dropFirst(name.count + 1))
                jar[name] = value.isEmpty ? nil : value
            }
            #expect(jar.count == min(number + 1, LoginCookies.maximumCount))
            let kept = try TestHead.get("Cookie: \(jar.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))")
            for (index, attempt) in attempts.enumerated() {
                let isKept = cookies.find(attempt.state, in: kept, now: now) != nil
                #expect(isKept == (index > number - LoginCookies.maximumCount), "\(index) of \(number)")
            }
        }
        let head = try TestHead.get("Cookie: \(jar.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))")
        #expect(cookies.endAll(in: head).count == LoginCookies.maximumCount)
    }

    /// What cannot be read makes room first.
    @Test func `stray cookies go first`() throws {
        let cookies = try cookies()
        let good = try LoginAttempt(returnAddress: "/", maxAge: nil, startedAt: now.milliseconds / 1000)
        let field = try #require(try cookies.begin(good, in: TestHead.get("Cookie: a=b"), now: now).last)
        let pair = String(field.value.prefix { $0 != ";" })
        let strays = (0..<8).map { "__Host-w2f-login-stray\($0)=x" }.joined(separator: "; ")
        let head = try TestHead.get("Cookie: \(pair); \(strays)")
        let next = try LoginAttempt(returnAddress: "/", maxAge: nil, startedAt: now.milliseconds / 1000 + 1)
        let ended = try cookies.begin(next, in: head, now: now).dropLast().map { $0.value.prefix { $0 != "=" } }
        #expect(ended.count == 5 && ended.allSatisfy { $0.contains("stray") })
    }
}
