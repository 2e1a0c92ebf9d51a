import Glibc

/// The operating system's text for an error number.
func systemErrorText(_ number: CInt) -> String {
    // strerror's buffer belongs to the thread in glibc 2.32 and later; the copy is made before anything else runs.
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
}

/// A path as a shell takes it: as it is if it is harmless, else in single quotes.
func shellQuoted(_ text: String) -> String {
    let isHarmless =
        !text.isEmpty
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
    if isHarmless { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
