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
