/// Random UUIDs (RFC 9562 section 5.4).
public enum UUIDv4 {
    /// A UUID with 122 random bits from the system's generator.
    public static func make() -> UUIDValue {
        var generator = SystemRandomNumberGenerator()
        return make(using: &generator)
    }

    /// A UUID with 122 bits of `generator`.
    static func make(using generator: inout some RandomNumberGenerator) -> UUIDValue {
        UUIDValue(high: generator.next(), low: generator.next()).stamped(version: 4)
    }
}
