import Testing

@testable import Database

@Suite struct StatementCacheTests {
    @Test func `the one used longest ago gives way`() {
        var cache = StatementCache<Int>(capacity: 2)
        #expect(cache.insert(1, for: "a") == nil)
        #expect(cache.insert(2, for: "b") == nil)
        #expect(cache.find("a") == 1)
        #expect(cache.insert(3, for: "c") == 2)
        #expect(cache.find("b") == nil)
        #expect(cache.count == 2)
        #expect(cache.insert(4, for: "a") == 1)
        #expect(cache.remove("a") == 4)
        #expect(cache.remove("a") == nil)
        #expect(cache.removeAll() == [3])
        #expect(cache.count == 0)
    }

    @Test(arguments: [
        ("SELECT 1", true), ("  \n select 1", true), ("WITH x AS (SELECT 1) SELECT 1", true), ("INSERT INTO t", true),
        ("CREATE TABLE t", false), ("BEGIN", false), ("", false), ("(SELECT 1)", false), ("PRAGMA x", false),
    ])
    func `what reads or writes rows is worth keeping`(_ sql: String, _ expected: Bool) {
        #expect(SQLStatement.isWorthKeeping(sql) == expected)
    }
}
