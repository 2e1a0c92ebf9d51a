import Testing

@testable import AMQP

@Suite("Publish window")
struct PublishWindowTests {
    let start = ContinuousClock.now

    func window(messages: Int = 4, bytes: Int = 100, filled: Int = 0) -> PublishWindow<Int> {
        var window = PublishWindow<Int>(maximumMessages: messages, maximumBytes: bytes, timeout: .seconds(5))
        for tag in 0..<filled {
            window.append(tag: UInt64(tag + 1), message(10), waiter: tag + 1, now: start + .seconds(tag))
        }
        return window
    }

    @Test
    func `bounded in messages and in bytes; one over the bound goes alone`() {
        var window = window()
        #expect(window.admits(1000))
        window.append(tag: 1, message(90), waiter: 1, now: start)
        #expect(window.admits(10))
        #expect(!window.admits(11))
        for tag in 2...4 { window.append(tag: UInt64(tag), message(0), waiter: tag, now: start) }
        #expect(!window.admits(0))
        #expect(window.unsettled == 4 && window.bytes == 90 && window.waiting == 4)
    }

    @Test
    func `single confirms, in any order, and what they free`() {
        var window = window(filled: 4)
        var told: [Int] = []
        #expect(window.settle(tag: 3, multiple: false) { told.append($0) } == 1)
        #expect(window.bytes == 30)
        // The hole behind it counts until those before it are settled.
        #expect(!window.admits(1))
        #expect(window.settle(tag: 1, multiple: false) { told.append($0) } == 1)
        #expect(window.admits(1))
        #expect(window.settle(tag: 2, multiple: false) { told.append($0) } == 1)
        #expect(window.settle(tag: 4, multiple: false) { told.append($0) } == 1)
        #expect(told == [3, 1, 2, 4])
        #expect(window.unsettled == 0 && window.bytes == 0 && window.waiting == 0)
        window.append(tag: 5, message(1), waiter: 5, now: start)
        #expect(window.unsettled == 1)
    }

    @Test
    func `a multiple confirm takes all up to its tag, but not twice what was settled`() {
        var window = window(messages: 10, filled: 5)
        var told: [Int] = []
        _ = window.settle(tag: 2, multiple: false) { told.append($0) }
        #expect(window.settle(tag: 3, multiple: true) { told.append($0) } == 2)
        #expect(told == [2, 1, 3])
        #expect(window.settle(tag: 3, multiple: true) { told.append($0) } == 0)
        #expect(window.settle(tag: 1, multiple: false) { told.append($0) } == 0)
        #expect(window.settle(tag: 0, multiple: true) { told.append($0) } == 2)
        #expect(told == [2, 1, 3, 4, 5])
        #expect(window.settle(tag: 0, multiple: true) { told.append($0) } == 0)
    }

    @Test
    func `time-outs come in the order of submission, each at its own time`() {
        var window = window(filled: 4)
        var told: [Int] = []
        #expect(window.deadline == start + .seconds(5))
        #expect(window.expire(now: start + .milliseconds(4999)) { told.append($0) } == 0)
        #expect(window.expire(now: start + .seconds(6)) { told.append($0) } == 2)
        #expect(told == [1, 2])
        #expect(window.deadline == start + .seconds(7))
        #expect(window.waiting == 2)
        // They are in flight all the same.
        #expect(window.unsettled == 4)
        #expect(!window.admits(1))
        // A late confirm frees their place, and tells nobody twice.
        #expect(window.settle(tag: 2, multiple: true) { told.append($0) } == 2)
        #expect(told == [1, 2])
        #expect(window.admits(1))
        _ = window.settle(tag: 3, multiple: false) { told.append($0) }
        #expect(window.expire(now: start + .seconds(60)) { told.append($0) } == 1)
        #expect(told == [1, 2, 3, 4])
        #expect(window.deadline == nil)
    }

    @Test
    func `a deadline that was overtaken by its confirm expires nobody`() {
        var window = window(filled: 3)
        _ = window.settle(tag: 2, multiple: false) { _ in }
        var told: [Int] = []
        _ = window.expire(now: start + .seconds(5)) { told.append($0) }
        #expect(told == [1])
        #expect(window.deadline == start + .seconds(7))
    }

    @Test
    func `the end of the channel tells whoever waits, and tags begin again`() {
        var window = window(filled: 3)
        _ = window.expire(now: start + .seconds(5)) { _ in }
        var told: [Int] = []
        window.reset { told.append($0) }
        #expect(told == [2, 3])
        #expect(window.unsettled == 0 && window.bytes == 0 && window.waiting == 0 && window.deadline == nil)
        window.append(tag: 1, message(1), waiter: 9, now: start)
        #expect(window.settle(tag: 1, multiple: false) { told.append($0) } == 1)
        #expect(told == [2, 3, 9])
    }

    @Test
    func `whatever happens, each waiter is told exactly once`() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            var window = PublishWindow<Int>(maximumMessages: 20, maximumBytes: 1000, timeout: .seconds(5))
            var now = start
            var next: UInt64 = 1
            var submitted = 0
            var told: [Int] = []
            for _ in 0..<200 {
                now += .milliseconds(Int.random(in: 0..<400, using: &random))
                let last = next - 1
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<6 where window.admits(50):
                    submitted += 1
                    window.append(tag: next, message(50), waiter: submitted, now: now)
                    next += 1
                case 6, 7:
                    if last > 0 {
                        let tag = UInt64.random(in: 1...last, using: &random)
                        _ = window.settle(tag: tag, multiple: false) { told.append($0) }
                    }
                case 8:
                    let tag = UInt64.random(in: 0...last, using: &random)
                    _ = window.settle(tag: tag, multiple: true) { told.append($0) }
                case 9:
                    _ = window.expire(now: now) { told.append($0) }
                    #expect(window.deadline.map { $0 > now } ?? true)
                default:
                    break
                }
                #expect(window.waiting == submitted - told.count)
                #expect(window.bytes == window.unsettled * 50)
            }
            window.reset { told.append($0) }
            #expect(told.sorted() == Array(1...max(submitted, 1)).prefix(submitted).map { $0 })
        }
    }

    @Test
    func `a waiter with less time than the time-out is told when it is up, and says nothing of the broker`() {
        var window = window(messages: 10)
        var told: [Int] = []
        window.append(tag: 1, message(0), waiter: 1, now: start)
        window.append(tag: 2, message(0), waiter: 2, deadline: start + .seconds(1), now: start)
        window.append(tag: 3, message(0), waiter: 3, deadline: start + .seconds(60), now: start)
        window.append(tag: 4, message(0), waiter: 4, deadline: start + .seconds(2), now: start)
        #expect(window.deadline == start + .seconds(1))
        #expect(window.expire(now: start + .seconds(1)) { told.append($0) } == 0)
        #expect(told == [2] && window.waiting == 3 && window.unsettled == 4)
        #expect(window.deadline == start + .seconds(2))
        // Settled before its time: told once.
        #expect(window.settle(tag: 4, multiple: false) { told.append($0) } == 1)
        #expect(window.expire(now: start + .seconds(2)) { told.append($0) } == 0)
        #expect(told == [2, 4])
        #expect(window.deadline == start + .seconds(5))
        // Those that the broker has not settled in its own time count, whoever still waits for them.
        #expect(window.expire(now: start + .seconds(5)) { told.append($0) } == 3)
        #expect(told == [2, 4, 1, 3] && window.waiting == 0)
        #expect(window.settle(tag: 3, multiple: true) { told.append($0) } == 3)
        #expect(told == [2, 4, 1, 3])
    }
}
