/// The three numbers that client and broker agree on before a connection opens (section 1.4.2.5).
struct Tuning: Sendable, Equatable {
    /// The highest channel number; zero: no limit.
    var channelMax: UInt16
    /// The largest frame in bytes, with its header and its end; zero: no limit.
    var frameMax: UInt32
    /// Seconds; zero: no heartbeats.
    var heartbeat: UInt16

    init(channelMax: UInt16, frameMax: UInt32, heartbeat: UInt16) {
        self.channelMax = channelMax
        self.frameMax = frameMax
        self.heartbeat = heartbeat
    }

    init(from reader: inout WireReader) throws(CodecError) {
        channelMax = try reader.integer()
        frameMax = try reader.integer()
        heartbeat = try reader.integer()
    }

    func encode(into output: inout OutputBuffer) {
        output.append(integer: channelMax)
        output.append(integer: frameMax)
        output.append(integer: heartbeat)
    }

    /// Returns the answer to the broker's proposal: the smaller of each pair, zero counting as no limit. A heartbeat
    /// that is off on our side stays off; one that the broker leaves to us is ours.
    /// - Returns: nil if the broker asks for frames smaller than the specification allows.
    func answer(to proposal: Tuning) -> Tuning? {
        let frame = Self.smaller(frameMax, proposal.frameMax)
        guard frame >= Frame.minimumSize else { return nil }
        return Tuning(
            channelMax: Self.smaller(channelMax, proposal.channelMax),
            frameMax: frame,
            heartbeat: heartbeat == 0 ? 0 : Self.smaller(heartbeat, proposal.heartbeat))
    }

    private static func smaller<T: UnsignedInteger>(_ ours: T, _ theirs: T) -> T {
        if ours == 0 { return theirs }
        return theirs == 0 ? ours : min(ours, theirs)
    }
}
