import Testing
import WebhookServices

@Suite struct ServiceRegistryTests {
    @Test func servicesAreFoundByName() {
        for service in ServiceRegistry.all {
            #expect(ServiceRegistry.service(named: service.name)?.name == service.name)
        }
        #expect(ServiceRegistry.service(named: "GitHub") == nil)
        #expect(ServiceRegistry.service(named: "") == nil)
    }

    @Test func namesAreFitForURLsAndTopics() {
        let names = ServiceRegistry.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(!name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) })
        }
        #expect(ServiceRegistry.all.allSatisfy { !$0.title.isEmpty })
    }
}
