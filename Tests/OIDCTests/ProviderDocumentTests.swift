import Testing

@testable import OIDC

@Suite struct ProviderDocumentTests {
    private let start = ContinuousClock.now

    private func word(_ need: ProviderDocument<String>.Need) -> String {
        switch need {
        case .use(let document): document
        case .fetch: "fetch"
        case .tooSoon: "too soon"
        }
    }

    @Test func `a day in its life`() {
        var cache = ProviderDocument<String>(maxAge: .seconds(100), interval: .seconds(10))
        #expect(word(cache.need(now: start)) == "fetch")
        cache.begin(now: start)
        #expect(word(cache.need(now: start + .seconds(1))) == "fetch", "without any, it is tried each time")
        #expect(word(cache.needNewer(now: start + .seconds(9))) == "too soon")
        cache.store("one", now: start + .seconds(1))
        #expect(word(cache.need(now: start + .seconds(100))) == "one")
        #expect(word(cache.need(now: start + .seconds(101))) == "fetch")
        #expect(word(cache.needNewer(now: start + .seconds(10))) == "fetch")
        cache.begin(now: start + .seconds(101))
        #expect(word(cache.need(now: start + .seconds(102))) == "one", "the old one, while the fetch failed just now")
        #expect(word(cache.need(now: start + .seconds(111))) == "fetch")
    }
}
