/// connection.start: the broker introduces itself and names the mechanisms it takes (section 1.4.2.1).
struct ConnectionStart: AMQPMethod {
    static let id = MethodID(10, 10)

    var versionMajor: UInt8 = 0
    var versionMinor: UInt8 = 9
    var serverProperties: FieldTable
    /// Separated by blanks.
    var mechanisms: String
    /// Separated by blanks.
    var locales: String

    init(serverProperties: FieldTable, mechanisms: String, locales: String = "en_US") {
        self.serverProperties = serverProperties
        self.mechanisms = mechanisms
        self.locales = locales
    }

    init(from reader: inout WireReader) throws(CodecError) {
        versionMajor = try reader.integer()
        versionMinor = try reader.integer()
        serverProperties = try reader.table()
        mechanisms = String(decoding: try reader.longString(), as: UTF8.self)
        locales = String(decoding: try reader.longString(), as: UTF8.self)
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(versionMajor)
        output.append(versionMinor)
        try output.append(table: serverProperties)
        output.append(longString: mechanisms)
        output.append(longString: locales)
    }
}

/// connection.start-ok: who we are, and the answer of the chosen mechanism (section 1.4.2.2). Its response is a secret.
struct ConnectionStartOK: AMQPMethod {
    static let id = MethodID(10, 11)

    var clientProperties: FieldTable
    var mechanism: String
    var response: [UInt8]
    var locale: String

    init(clientProperties: FieldTable, mechanism: String, response: [UInt8], locale: String = "en_US") {
        self.clientProperties = clientProperties
        self.mechanism = mechanism
        self.response = response
        self.locale = locale
    }

    init(from reader: inout WireReader) throws(CodecError) {
        clientProperties = try reader.table()
        mechanism = try reader.shortString()
        response = Array(try reader.longString())
        locale = try reader.shortString()
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        try output.append(table: clientProperties)
        try output.append(shortString: mechanism)
        output.append(longString: response)
        try output.append(shortString: locale)
    }
}

/// connection.tune: what the broker proposes; zero means no limit, or no heartbeat (section 1.4.2.5).
struct ConnectionTune: SimpleMethod {
    static let id = MethodID(10, 30)

    var tuning: Tuning

    init(_ tuning: Tuning) {
        self.tuning = tuning
    }

    init(from reader: inout WireReader) throws(CodecError) {
        tuning = try Tuning(from: &reader)
    }

    func encodeFields(into output: inout OutputBuffer) {
        tuning.encode(into: &output)
    }
}

/// connection.tune-ok: what holds from here on (section 1.4.2.6).
struct ConnectionTuneOK: SimpleMethod {
    static let id = MethodID(10, 31)

    var tuning: Tuning

    init(_ tuning: Tuning) {
        self.tuning = tuning
    }

    init(from reader: inout WireReader) throws(CodecError) {
        tuning = try Tuning(from: &reader)
    }

    func encodeFields(into output: inout OutputBuffer) {
        tuning.encode(into: &output)
    }
}

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

/// connection.open: the virtual host to work in (section 1.4.2.7).
struct ConnectionOpen: AMQPMethod {
    static let id = MethodID(10, 40)

    var virtualHost: String

    init(virtualHost: String) {
        self.virtualHost = virtualHost
    }

    init(from reader: inout WireReader) throws(CodecError) {
        virtualHost = try reader.shortString()
        _ = try reader.shortString()
        _ = try reader.bool()
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        try output.append(shortString: virtualHost)
        output.append(0)
        output.append(0)
    }
}

/// connection.open-ok: the virtual host is ours to use (section 1.4.2.8).
struct ConnectionOpenOK: SimpleMethod {
    static let id = MethodID(10, 41)

    init() {}

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.shortString()
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(0)
    }
}

/// connection.blocked: the broker reads no more publishes until it says so (RabbitMQ's extension).
struct ConnectionBlocked: AMQPMethod {
    static let id = MethodID(10, 60)

    var reason: String

    init(reason: String) {
        self.reason = reason
    }

    init(from reader: inout WireReader) throws(CodecError) {
        reason = try reader.shortString()
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        try output.append(shortString: reason)
    }
}

/// connection.unblocked: the broker reads again.
struct ConnectionUnblocked: EmptyMethod {
    static let id = MethodID(10, 61)
}

/// connection.close: either side ends the connection and says why (section 1.4.2.9).
struct ConnectionClose: AMQPMethod {
    static let id = MethodID(10, 50)

    var reason: CloseReason

    init(_ reason: CloseReason) {
        self.reason = reason
    }

    init(from reader: inout WireReader) throws(CodecError) {
        reason = try CloseReason(from: &reader)
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        try reason.encode(into: &output)
    }
}

/// connection.close-ok (section 1.4.2.10).
struct ConnectionCloseOK: EmptyMethod {
    static let id = MethodID(10, 51)
}

/// The reason why a channel or a connection is closed: a reply code, a text, and the method that failed (zero if none
/// did).
struct CloseReason: Sendable, Hashable, CustomStringConvertible {
    /// Section 1.1: 404 is a missing exchange, 403 a refusal, 406 a precondition; below 300 is an orderly end.
    var code: UInt16
    /// At most 255 bytes, in the broker's words.
    var text: String
    /// The method that failed, or 0.0.
    var method: MethodID

    init(code: UInt16, text: String, method: MethodID = MethodID(0, 0)) {
        self.code = code
        self.text = text
        self.method = method
    }

    init(from reader: inout WireReader) throws(CodecError) {
        code = try reader.integer()
        text = try reader.shortString()
        method = MethodID(try reader.integer(), try reader.integer())
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: code)
        try output.append(shortString: text)
        output.append(integer: method.classID)
        output.append(integer: method.methodID)
    }

    /// An end that we ask for ourselves.
    static let goodbye = CloseReason(code: 200, text: "goodbye")

    var description: String { "\(code) \(text)" }
}
