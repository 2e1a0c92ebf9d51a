/// A parameter's name for OpenSSL, which keeps the pointer: it must outlive the list of parameters. C strings that Swift
/// makes for a call are gone after it; what a `StaticString` points to is always there.
enum ParameterName {
    static func pointer(_ name: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
