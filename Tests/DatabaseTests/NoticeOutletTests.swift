import Testing

@testable import Database

@Suite struct NoticeOutletTests {
    private static func all(_ stream: AsyncStream<DatabaseNotice>) async -> [DatabaseNotice] {
        await stream.reduce(into: []) { $0.append($1) }
    }

    private let lost = DatabaseNotice.lost(DatabaseError(.unavailable, "gone"))

    @Test func `the same standing is told once`() async {
        var (stream, outlet) = NoticeOutlet.make(limit: 10)
        for notice in [.listening, .listening, .changed(payload: "a"), .listening, lost, lost, .listening] {
            outlet.tell(notice)
        }
        outlet.finish()
        #expect(await Self.all(stream) == [.listening, .changed(payload: "a"), lost, .listening])
    }

    /// A slow reader is told how things stand, last of all: it takes everything for changed.
    @Test func `what is lost is made good`() async {
        var (stream, outlet) = NoticeOutlet.make(limit: 3)
        outlet.tell(.listening)
        for number in 0..<100 { outlet.tell(.changed(payload: "\(number)")) }
        outlet.finish()
        let told = await Self.all(stream)
        #expect(told.count == 3)
        #expect(told.last == .listening)

        var (other, outletOfOther) = NoticeOutlet.make(limit: 2)
        outletOfOther.tell(.listening)
        outletOfOther.tell(.changed(payload: "a"))
        outletOfOther.tell(lost)
        outletOfOther.finish()
        #expect(await Self.all(other).last == lost)
    }
}
