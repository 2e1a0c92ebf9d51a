extension OutputBuffer {
    /// Begins a frame; ``endFrame(_:)`` with what this returns ends it.
    mutating func beginFrame(_ kind: Frame.Kind, channel: UInt16) -> Int {
        append(kind.rawValue)
        append(integer: channel)
        append(integer: UInt32(0))
        return bytes.count
    }

    /// Ends the frame whose payload began at `start`.
    /// - Returns: The payload's size in bytes.
    @discardableResult
    mutating func endFrame(_ start: Int) -> Int {
        let size = bytes.count - start
        overwrite(at: start - 4, with: UInt32(clamping: size))
        append(Frame.end)
        return size
    }

    /// A whole method frame. Methods that do not fit a frame or hold too long a string leave nothing behind.
    mutating func append(method: some AMQPMethod, channel: UInt16) throws(MessageEncodingError) {
        let before = bytes.count
        do throws(MessageEncodingError) {
            let start = beginFrame(.method, channel: channel)
            append(id: type(of: method).id)
            try method.encode(into: &self)
            endFrame(start)
        } catch {
            truncate(to: before)
            throw error
        }
    }

    /// A whole frame for a method without strings, which cannot fail to encode.
    mutating func append(simple method: some SimpleMethod, channel: UInt16) {
        let start = beginFrame(.method, channel: channel)
        append(id: type(of: method).id)
        method.encodeFields(into: &self)
        endFrame(start)
    }

    private mutating func append(id: MethodID) {
        append(integer: id.classID)
        append(integer: id.methodID)
    }

    /// A heartbeat: the frame of type 8 on channel 0 without a payload (section 4.2.7).
    mutating func appendHeartbeat() {
        endFrame(beginFrame(.heartbeat, channel: 0))
    }
}

extension OutputBuffer {
    /// A method whose only string is our own, short one.
    mutating func append(goodbye method: some AMQPMethod, channel: UInt16) {
        do throws(MessageEncodingError) {
            try append(method: method, channel: channel)
        } catch {
            assertionFailure("our own reply text is too long: \(error)")
        }
    }
}
