/// The bounds of `BareGate`.
struct BareGateSettings: Sendable, Hashable {
    /// Webhooks being read or tried at once.
    var slots = 32
    /// Webhooks that wait for a slot.
    var waiting = 256
    /// Sources that are kept account of.
    var sources = 4096
    /// Failures that a source has free.
    var failureBurst = 20
    /// How long until a source may fail once more.
    var failureInterval = Duration.seconds(1)
    /// How many times as much a proven source may fail.
    var provenFactor = 10
    /// How long after a good webhook its source counts as proven.
    var provenTime = Duration.seconds(600)
    /// The part of one core that failures may take.
    var cpuShare = 0.1

    init() {}

    init(_ configuration: BarePathConfiguration) {
        slots = configuration.maxInFlight
        waiting = configuration.maxWaiting
        sources = configuration.sources
        failureBurst = configuration.failureBurst
        failureInterval = configuration.failureInterval
        provenFactor = configuration.provenFactor
        provenTime = configuration.provenTime
        cpuShare = Double(configuration.cpuShare) / 100
    }
}
