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
