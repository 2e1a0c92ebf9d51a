/// The reason why a cryptographic operation could not be done. Never carries key material.
public enum CryptographyError: Error, Hashable, CustomStringConvertible {
    /// The key is empty: whatever it authenticates, anyone can.
    case emptyKey
    /// OpenSSL refused; the name of the call that failed. The cause is memory or the installation, not the input.
    case library(operation: String)

    /// The failure, for a log.
    public var description: String {
        switch self {
        case .emptyKey: "the key is empty"
        case .library(let operation): "OpenSSL failed in \(operation)"
        }
    }
}

/// A parameter's name for OpenSSL, which keeps the pointer: it must outlive the list of parameters. C strings that Swift
/// makes for a call are gone after it; what a `StaticString` points to is always there.
enum ParameterName {
    static func pointer(_ name: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
