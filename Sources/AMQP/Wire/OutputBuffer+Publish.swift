extension OutputBuffer {
    /// basic.publish, the content header and the body in frames of at most `frameMax` bytes (section 2.3.5.2).
    ///
    /// A message that cannot be encoded leaves nothing behind, so that the stream stays good for the next.
    mutating func append(
        publish message: OutgoingMessage, channel: UInt16, frameMax: Int, mandatory: Bool = false
    ) throws(MessageEncodingError) {
        let before = bytes.count
        do throws(MessageEncodingError) {
            let method = BasicPublish(
                exchange: message.exchange, routingKey: message.routingKey, mandatory: mandatory)
            try append(method: method, channel: channel)
            let header = ContentHeader(bodySize: UInt64(message.body.count), properties: message.properties)
            let start = beginFrame(.header, channel: channel)
            try header.encode(into: &self)
            let size = endFrame(start)
            guard size + Frame.overhead <= frameMax else {
                throw .headerTooLarge(bytes: size, limit: frameMax - Frame.overhead)
            }
            append(body: message.body, channel: channel, frameMax: frameMax)
        } catch {
            truncate(to: before)
            throw error
        }
    }

    private mutating func append(body: [UInt8], channel: UInt16, frameMax: Int) {
        let most = frameMax - Frame.overhead
        reserve(additional: body.count + (body.count / most + 1) * Frame.overhead)
        var rest = body[...]
        while !rest.isEmpty {
            let start = beginFrame(.body, channel: channel)
            append(rest.prefix(most))
            endFrame(start)
            rest = rest.dropFirst(most)
        }
    }
}
