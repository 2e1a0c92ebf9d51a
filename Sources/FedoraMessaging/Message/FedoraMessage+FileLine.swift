extension FedoraMessage {
    /// The message as one line of the file that `fedora-messaging publish FILE` reads, newline included.
    ///
    /// The body's bytes go in as they are but for what would end the line early: see ``FileLineWriter``.
    /// - Parameters:
    ///   - topicPrefix: goes before the topic. Whoever publishes the file adds the `topic_prefix` of their own
    ///     configuration once more, so this is empty unless theirs is.
    ///   - priority: what `publish_priority` says.
    public func fileLine(topicPrefix: String, priority: UInt8? = nil) -> [UInt8] {
        fileLine(routingKey: unboundedRoutingKey(prefix: topicPrefix), priority: priority)
    }

    /// The same for whoever has made the routing key already.
    public func fileLine(routingKey: String, priority: UInt8?) -> [UInt8] {
        var writer = FileLineWriter(capacity: body.count + body.count / 64 + 512)
        writer.raw("{\"id\": ")
        writer.string(id)
        writer.raw(", \"topic\": ")
        writer.string(routingKey)
        writer.raw(", \"headers\": {")
        for (index, header) in headers(priority: priority).enumerated() {
            if index > 0 { writer.raw(", ") }
            writer.string(header.name)
            writer.raw(": ")
            writer.value(header.value)
        }
        writer.raw("}, \"priority\": ")
        writer.raw(priority.map { String($0) } ?? "null")
        writer.raw(", \"queue\": null, \"body\": ")
        writer.json(body)
        writer.raw("}\n")
        return writer.bytes
    }
}
