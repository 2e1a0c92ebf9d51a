/// Values of headers in examples, which nobody mistakes for real ones.
enum ExampleValue {
    /// A UUID.
    static let uuid = "00000000-0000-4000-8000-000000000000"
    /// Seconds since 1970: the first of 2026.
    static let time = "1767225600"
}
