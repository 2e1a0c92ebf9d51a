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
