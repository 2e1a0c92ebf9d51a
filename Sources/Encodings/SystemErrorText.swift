import Glibc

/// Returns the operating system's text for an error number (`errno`).
public func systemErrorText(_ number: CInt) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
        // The XSI variant: it fills the buffer, and is thread-safe.
        guard let start = buffer.baseAddress, strerror_r(number, start, buffer.count) == 0 else {
            return "error \(number)"
        }
        return String(cString: start)
    }
}
