import Testing

@testable import Gateway

@Suite struct ClockTableTests {
    @Test func `holds no more than it may`() {
        var table = ClockTable<Int, Int>(capacity: 4)
        for key in 0..<100 {
            table.set(key * 10, for: key)
            #expect(table.count == min(key + 1, 4))
            #expect(table.use(key) == key * 10)
        }
    }

    @Test func `what is used stays`() {
        var table = ClockTable<Int, String>(capacity: 3)
        for key in 1...3 { table.set("\(key)", for: key) }
        #expect(table.use(1) == "1")
        #expect(table.use(3) == "3")
        table.set("4", for: 4)
        #expect(table.use(2) == nil)
        #expect(table.use(1) == "1")
        #expect(table.use(3) == "3")
        #expect(table.use(4) == "4")
    }

    @Test func `a scan does not displace what is in use`() {
        var table = ClockTable<Int, Int>(capacity: 8)
        for key in 0..<4 { table.set(key, for: key) }
        for scanned in 1000..<2000 {
            for key in 0..<4 { #expect(table.use(key) == key) }
            table.set(scanned, for: scanned)
        }
        #expect(table.count == 8)
    }

    @Test func `removed places are used again`() {
        var table = ClockTable<Int, Int>(capacity: 3)
        for key in 1...3 { table.set(key, for: key) }
        table.remove(2)
        table.remove(2)
        #expect(table.count == 2)
        #expect(table.use(2) == nil)
        table.set(4, for: 4)
        #expect([1, 3, 4].allSatisfy { table.use($0) == $0 })
        table.removeAll()
        #expect(table.count == 0)
        #expect(table.use(1) == nil)
        table.set(1, for: 1)
        #expect(table.use(1) == 1)
    }

    @Test func `changes`() {
        var table = ClockTable<Int, Int>(capacity: 3)
        table.set(1, for: 1)
        table.set(2, for: 1)
        #expect(table.count == 1)
        table.update(1) { $0 += 10 }
        table.update(9) { $0 += 10 }
        table.set(5, for: 5)
        table.updateAll { $0 += 100 }
        #expect(table.use(1) == 112)
        #expect(table.use(5) == 105)
    }

    @Test func `agrees with a dictionary on what it holds`() {
        // Random operations: whatever is there has the value that was set last, and the bound holds.
        var generator = SystemRandomNumberGenerator()
        var table = ClockTable<Int, Int>(capacity: 16)
        var last: [Int: Int] = [:]
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<40, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                table.remove(key)
                last[key] = nil
            case 1, 2:
                table.set(step, for: key)
                last[key] = step
                #expect(table.use(key) == step)
            default:
                if let value = table.use(key) { #expect(value == last[key]) }
            }
            #expect(table.count <= 16)
        }
    }
}
