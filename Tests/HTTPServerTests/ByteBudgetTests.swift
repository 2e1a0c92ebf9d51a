import Testing

@testable import HTTPServer

@Suite struct ByteBudgetTests {
    @Test func `what fits is granted and given back`() {
        let budget = BudgetScript(capacity: 100)
        #expect(budget.reserve(60, for: 1))
        #expect(budget.reserve(40, for: 2))
        #expect(budget.used == 100)
        #expect(budget.release(60, of: 1) == [])
        #expect(budget.reserve(60, for: 3))
        #expect(budget.release(40, of: 2) == [])
        #expect(budget.release(60, of: 3) == [])
        #expect(budget.isUnused)
    }

    @Test func `one at a time may go over`() {
        let budget = BudgetScript(capacity: 100)
        #expect(budget.reserve(60, for: 1))
        #expect(budget.reserve(30, for: 2))
        // 1 and 2 both want more than there is: 1 may go on, or both would wait for ever.
        #expect(budget.reserve(60, for: 1))
        #expect(!budget.reserve(30, for: 2))
        #expect(!budget.reserve(10, for: 3))
        #expect(budget.reserve(60, for: 1))
        #expect(budget.used == 210)
        // 1 is done: those in line fit again, in order.
        #expect(budget.release(180, of: 1) == [2, 3])
        #expect(budget.used == 70)
    }

    @Test func `nobody overtakes the line`() {
        let budget = BudgetScript(capacity: 100)
        #expect(budget.reserve(100, for: 1))
        #expect(budget.reserve(1, for: 2))
        #expect(!budget.reserve(90, for: 3))
        #expect(!budget.reserve(1, for: 4))
        // 2 held the right to go over; it passes to 3, and 4 still has to wait.
        #expect(budget.release(1, of: 2) == [3])
        #expect(budget.used == 190)
        #expect(budget.release(90, of: 3) == [4])
    }

    @Test func `who gives up makes room for the next`() {
        let budget = BudgetScript(capacity: 100)
        #expect(budget.reserve(80, for: 1))
        #expect(budget.reserve(80, for: 2))
        #expect(!budget.reserve(80, for: 3))
        #expect(!budget.reserve(10, for: 4))
        #expect(budget.withdraw(3) == [])
        #expect(budget.release(80, of: 2) == [4])
        #expect(budget.release(80, of: 1) == [])
        #expect(budget.release(10, of: 4) == [])
        #expect(budget.isUnused)
    }

    @Test func `what is already here is counted above the capacity`() {
        let budget = BudgetScript(capacity: 10)
        budget.charge(50)
        #expect(budget.reserve(1, for: 1))
        #expect(!budget.reserve(1, for: 2))
        #expect(budget.release(50, of: 3) == [2])
        #expect(budget.release(1, of: 2) == [])
        #expect(budget.release(1, of: 1) == [])
        #expect(budget.isUnused)
    }

    /// Random reservations: nobody waits while nobody else goes over, and all is given back in the end.
    @Test(arguments: 0..<20)
    func `someone can always go on`(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let budget = BudgetScript(capacity: 1000)
        var held: [Int: Int] = [:]
        var waiting: [Int: Int] = [:]
        func admit(_ holders: [Int]) {
            for holder in holders { held[holder, default: 0] += waiting.removeValue(forKey: holder) ?? 0 }
        }
        for _ in 0..<500 {
            let holder = Int.random(in: 0..<10, using: &random)
            guard waiting[holder] == nil else { continue }
            if Int.random(in: 0..<4, using: &random) == 0, let bytes = held.removeValue(forKey: holder) {
                admit(budget.release(bytes, of: holder))
            } else {
                let bytes = Int.random(in: 1...400, using: &random)
                if budget.reserve(bytes, for: holder) {
                    held[holder, default: 0] += bytes
                } else {
                    waiting[holder] = bytes
                }
            }
            #expect(budget.used == held.values.reduce(0, +))
            #expect(waiting.count < 10, "all wait for each other")
        }
        while let (holder, bytes) = held.first(where: { waiting[$0.key] == nil }) {
            held[holder] = nil
            admit(budget.release(bytes, of: holder))
        }
        #expect(waiting.isEmpty && budget.isUnused)
    }
}

/// A budget in a class, so that expectations can call what changes it.
private final class BudgetScript {
    private var budget: ByteBudget

    init(capacity: Int) { budget = ByteBudget(capacity: capacity) }

    var used: Int { budget.used }
    var isUnused: Bool { budget.isUnused }
    func charge(_ bytes: Int) { budget.charge(bytes) }
    func reserve(_ bytes: Int, for holder: Int) -> Bool { budget.reserve(bytes, for: holder) }
    func release(_ bytes: Int, of holder: Int) -> [Int] { budget.release(bytes, of: holder) }
    func withdraw(_ holder: Int) -> [Int] { budget.withdraw(holder) }
}
