/// A method frame whose method is known and whose arguments are not read yet.
struct MethodFrame: Sendable {
    let id: MethodID
    private let arguments: WireReader

    init(_ frame: Frame) throws(ConnectionFailure) {
        var reader = WireReader(frame.payload)
        do throws(CodecError) {
            id = MethodID(try reader.integer(), try reader.integer())
        } catch {
            throw .codec(error)
        }
        arguments = reader
    }

    /// The arguments, read to the last byte.
    func decode<Method: AMQPMethod>(_ method: Method.Type = Method.self) throws(ConnectionFailure) -> Method {
        do throws(CodecError) {
            return try Method.decodeAll(arguments)
        } catch {
            throw .codec(error)
        }
    }
}
