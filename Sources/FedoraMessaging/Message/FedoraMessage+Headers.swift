extension FedoraMessage {
    /// The most bytes an AMQP short string holds: routing keys and header names are such (AMQP 0-9-1, 4.2.5.3).
    static let maximumShortString = 255

    /// The prefix of the header for a named account.
    static let userHeaderPrefix = "fedora_messaging_user_"

    /// The AMQP headers in the order in which the Python library writes them, for a message without a priority.
    public var headers: [(name: String, value: MessageHeaderValue)] { headers(priority: nil) }

    /// The AMQP headers in the order in which the Python library writes them, and after them our own.
    ///
    /// A name whose header would be longer than a short string is left out (sending it would end the connection), and
    /// so is an empty or repeated one, and one with a control character, at which consumers that keep names stop.
    /// - Parameter priority: what `publish_priority` says; mirrored in the header `priority`, 0 where there is none.
    public func headers(priority: UInt8?) -> [(name: String, value: MessageHeaderValue)] {
        var headers: [(name: String, value: MessageHeaderValue)] = []
        headers.reserveCapacity(5 + usernames.count + ownHeaders.count)
        headers.append(("fedora_messaging_schema", .longString(schema)))
        headers.append(("fedora_messaging_schema_package", .longString(schemaPackage)))
        headers.append(("sent-at", .longString(sentAt)))
        headers.append(("fedora_messaging_severity", .int32(severity)))
        headers.append(("priority", .int32(Int32(priority ?? 0))))
        for (index, name) in usernames.enumerated() where isPublishable(name, at: index) {
            headers.append((Self.userHeaderPrefix + name, .bool(true)))
        }
        for header in ownHeaders { headers.append((header.name, .longString(header.value))) }
        return headers
    }

    private func isPublishable(_ name: String, at index: Int) -> Bool {
        !name.isEmpty && Self.userHeaderPrefix.utf8.count + name.utf8.count <= Self.maximumShortString
            && !usernames[..<index].contains(name) && !name.unicodeScalars.contains(where: Self.isControl)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || 0x7f..<0xa0 ~= scalar.value
    }

    /// `<prefix>.<topic>`, or the topic alone where there is no prefix. Dots at the prefix's end are dropped, as the
    /// Python library does.
    /// - Throws: ``FedoraMessageError`` if the key would exceed 255 bytes, or there is no topic.
    public func routingKey(prefix: String) throws(FedoraMessageError) -> String {
        guard !topic.isEmpty else { throw .emptyTopic }
        let key = unboundedRoutingKey(prefix: prefix)
        guard key.utf8.count <= Self.maximumShortString else { throw .routingKeyTooLong(bytes: key.utf8.count) }
        return key
    }

    /// The routing key, however long it is.
    func unboundedRoutingKey(prefix: String) -> String { Self.routingKey(of: topic, prefix: prefix) }

    /// The routing key of a topic, however long it is.
    public static func routingKey(of topic: String, prefix: String) -> String {
        guard let last = prefix.utf8.lastIndex(where: { $0 != UInt8(ascii: ".") }) else { return topic }
        var key = ""
        key.reserveCapacity(prefix.utf8.count + 1 + topic.utf8.count)
        key += prefix[...last]
        key += "."
        key += topic
        return key
    }
}
