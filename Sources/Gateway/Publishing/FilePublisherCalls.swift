import Glibc

/// The system calls of a message file, so that tests can make them fail. Each returns like the call of its name, and
/// leaves the reason in `errno`.
struct FilePublisherCalls: Sendable {
    /// `write(2)`
    var write: @Sendable (CInt, UnsafeRawBufferPointer) -> Int
    /// `fdatasync(2)`
    var synchronize: @Sendable (CInt) -> CInt
    /// `ftruncate(2)`
    var truncate: @Sendable (CInt, Int) -> CInt
    /// Bytes that the file system has left for us; nil if it doesn't tell.
    var free: @Sendable (CInt) -> UInt64?

    /// The real ones.
    static let system = FilePublisherCalls(
        write: { Glibc.write($0, $1.baseAddress, $1.count) },
        synchronize: { fdatasync($0) },
        truncate: { ftruncate($0, $1) },
        free: { descriptor in
            var info = statvfs()
            guard fstatvfs(descriptor, &info) == 0 else { return nil }
            return bytes(blocks: UInt64(info.f_bavail), size: UInt64(info.f_frsize))
        })

    /// Bytes of so many blocks: some file systems, over a network or none, say that they have no end.
    static func bytes(blocks: UInt64, size: UInt64) -> UInt64 {
        let (bytes, overflows) = blocks.multipliedReportingOverflow(by: size)
        return overflows ? .max : bytes
    }
}
