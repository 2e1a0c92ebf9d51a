import CProcess
import Cryptography

/// The bytes of a key that is kept for as long as the process lives: in pages of their own, which are in no core dump and
/// not swapped out where the system allows that, and which are overwritten when the last owner is gone.
///
/// Whoever uses the key has a copy for the moment, which is overwritten as well.
final class ProtectedKey: @unchecked Sendable, Equatable {
    // Safe to share: the memory is written in `init` alone, and freed in `deinit`.
    private let memory: UnsafeMutableRawPointer
    private let count: Int
    private let isMapped: Bool

    init(_ bytes: [UInt8]) {
        count = bytes.count
        if let mapped = w2f_allocate_protected(UInt(max(1, bytes.count))) {
            memory = mapped
            isMapped = true
        } else {
            memory = .allocate(byteCount: max(1, bytes.count), alignment: 16)
            isMapped = false
        }
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { memory.copyMemory(from: start, byteCount: source.count) }
        }
    }

    deinit {
        if isMapped {
            w2f_free_protected(memory, UInt(max(1, count)))
        } else {
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: max(1, count))
            memory.deallocate()
        }
    }

    /// Calls `body` with a copy, which must not be kept.
    func withBytes<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result {
        var copy = [UInt8](UnsafeRawBufferPointer(start: memory, count: count))
        defer { SecureMemory.wipe(&copy) }
        return try body(copy)
    }

    static func == (left: ProtectedKey, right: ProtectedKey) -> Bool {
        left.withBytes { left in right.withBytes { constantTimeEqual(left, $0) } }
    }
}
