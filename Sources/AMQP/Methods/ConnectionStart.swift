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
