import COpenSSL
import Testing

@testable import EventLoop

@Suite struct TLSTicketTests {
    private func names(_ context: TLSContext) -> (current: [UInt8], former: [UInt8]?) {
        var names = [UInt8](repeating: 0, count: 32)
        let count = w2f_tls_context_ticket_names(context.raw, &names)
        return (Array(names.prefix(16)), count == 2 ? Array(names.suffix(16)) : nil)
    }

    /// A key that everything recorded for months could be read with would be worth stealing.
    @Test func `keys are replaced every day`() throws {
        let context = try TLSContext(isServer: true)
        let first = names(context)
        #expect(first.former == nil && first.current.contains { $0 != 0 })
        w2f_tls_context_advance_tickets(context.raw, 86_300)
        #expect(names(context).current == first.current)
        w2f_tls_context_advance_tickets(context.raw, 200)
        let second = names(context)
        #expect(second.current != first.current)
        #expect(second.former == first.current, "whoever has a ticket goes on with it for a while")
        w2f_tls_context_advance_tickets(context.raw, 80_000)
        #expect(names(context).current == second.current && names(context).former == nil)
        w2f_tls_context_advance_tickets(context.raw, 10 * 86_400)
        let third = names(context)
        #expect(third.current != second.current && third.former == nil, "nobody has a ticket any more")
    }

    @Test func `each context has keys of its own`() throws {
        let (one, other) = (try TLSContext(isServer: true), try TLSContext(isServer: true))
        #expect(names(one).current != names(other).current)
        let client = try TLSContext(isServer: false)
        var none = [UInt8](repeating: 0, count: 32)
        #expect(w2f_tls_context_ticket_names(client.raw, &none) == 0)
    }
}
