import Glibc
import WebhookServices

/// A topic of each service, for asking the broker whether it lets us publish it.
enum ExampleTopics {
    /// The topics, without a prefix, of each service's plausible example.
    static func of(_ services: [any WebhookService]) -> [(service: String, topic: String)] {
        services.map { ($0.name, topic(of: $0)) }
    }

    private static func topic(of service: any WebhookService) -> String {
        let headers = (service.exampleHeaders(event: nil) ?? [:]).map { ($0.key, $0.value) }
        let payload = service.examplePayload(repository: "example/test", sender: "example", id: "1")
        let request = WebhookRequest(
            headers: ExampleHeaders(headers + [("content-type", "application/json")]), body: Array(payload.utf8)[...],
            receivedAt: Int64(time(nil)), settings: [:], isAtTokenAddress: true)
        // Whatever comes after the root: permissions are for all of a service's topics.
        guard let parser = try? JSONParser(), let event = try? service.event(of: request, parser: parser) else {
            return service.topicRoot + ".push"
        }
        return event.topic
    }
}
