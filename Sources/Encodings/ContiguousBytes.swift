/// Calls `body` with the bytes in one piece; copies them only if they are not.
///
/// A generic function over a collection of another module runs unspecialized there, which costs an allocation for
/// each element; over a buffer it does not.
func withContiguousBytes<Value>(
    of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Value
) -> Value {
    if let value = bytes.withContiguousStorageIfAvailable(body) { return value }
    return Array(bytes).withUnsafeBufferPointer(body)
}
