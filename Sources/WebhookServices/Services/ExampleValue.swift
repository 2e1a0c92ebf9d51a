/// Values of headers in examples, which nobody mistakes for real ones.
public enum ExampleValue {
    /// A UUID.
    public static let uuid = "00000000-0000-4000-8000-000000000000"
    /// Seconds since 1970: the first of 2026.
    public static let time = "1767225600"
}
