/// What is reckoned for that part of a failure which is not measured: the kernel's work on a body, and an answer. It goes
/// on between the turns of a loop that serves others meanwhile.
enum BarePrice {
    /// A request without a body, and its answer.
    private static let request = Duration.microseconds(30)
    /// A KiB of a body, on its way from the network into memory.
    private static let kibibyte = Duration.nanoseconds(500)

    /// - Parameter bytes: The body's.
    static func reading(_ bytes: Int) -> Duration { request + kibibyte * ((bytes + 1023) >> 10) }
}
