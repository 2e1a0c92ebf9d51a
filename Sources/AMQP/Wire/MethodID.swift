/// A method's class and number, as its frame begins (AMQP 0-9-1 section 2.3.5.1).
struct MethodID: Sendable, Hashable, CustomStringConvertible {
    var classID: UInt16
    var methodID: UInt16

    init(_ classID: UInt16, _ methodID: UInt16) {
        self.classID = classID
        self.methodID = methodID
    }

    var description: String { "\(classID).\(methodID)" }
}
