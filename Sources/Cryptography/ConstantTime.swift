internal import COpenSSL

/// Returns a Boolean value that indicates whether two byte sequences are equal, in a time that depends on their lengths
/// alone (`CRYPTO_memcmp`).
///
/// Different lengths are unequal; the lengths themselves are not kept secret. Two empty sequences are equal, so
/// whoever compares proofs rejects the empty one first.
public func constantTimeEqual(
    _ first: some RandomAccessCollection<UInt8>, _ second: some RandomAccessCollection<UInt8>
) -> Bool {
    guard first.count == second.count else { return false }
    let compared = first.withContiguousStorageIfAvailable { left in
        second.withContiguousStorageIfAvailable { right in
            CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
    if let answer = compared ?? nil { return answer }
    var difference: UInt8 = 0
    for (left, right) in zip(first, second) { difference |= left ^ right }
    return difference == 0
}

/// The same of two codes, without going through a generic function.
public func constantTimeEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    guard first.count == second.count else { return false }
    return CRYPTO_memcmp(first, second, first.count) == 0
}
