import Foundation
import TestSupport
import Testing
import WebhookServices

/// No message of any service has somebody's address in it, but in commits and in what people wrote themselves; and
/// nothing that opens a door.
@Suite struct AddressesTests {
    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `none is in what is published`() throws {
        var count = 0
        for delivery in try CorpusDelivery.all() {
            let event = try delivery.event()
            var walk = AddressWalk()
            walk.walk(try event.parsedBody())
            #expect(walk.found.isEmpty, "\(delivery.service.name) \(delivery.file)")
            count += 1
        }
        #expect(count > 250)
    }

    /// The test itself sees them: of what came, many have one.
    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `many are in what came`() throws {
        let count = try CorpusDelivery.all().count { delivery in
            var walk = AddressWalk()
            walk.walk(try JSONSerialization.jsonObject(with: Data(delivery.body)))
            return !walk.found.isEmpty
        }
        #expect(count > 30)
    }
}
