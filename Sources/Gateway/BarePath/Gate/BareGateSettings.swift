/// The bounds of `BareGate`.
struct BareGateSettings: Sendable, Hashable {
    /// Webhooks being read or tried at once.
    var slots = 32
    /// Of these, kept for proven sources.
    var reservedSlots = 8
    /// Slots of one source, proven or not.
    var slotsPerSource = 4
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

    /// Slots that may be used by sources that are not proven.
    var unprovenSlots: Int { max(1, slots - reservedSlots) }

    /// Places to wait at that may be used by sources that are not proven: the same part of all.
    var unprovenWaiting: Int { waiting * unprovenSlots / slots }

    /// The part of the slots, and of the processor's time that failures may take, that is kept for proven sources.
    var keptPart: Double { Double(slots - unprovenSlots) / Double(slots) }

    /// The part of one core that failures of one source may take: as much of all as it has of the slots.
    var cpuSharePerSource: Double { cpuShare * Double(min(slotsPerSource, slots)) / Double(slots) }

    init() {}

    init(_ configuration: BarePathConfiguration) {
        slots = configuration.maxInFlight
        reservedSlots = configuration.reservedInFlight
        slotsPerSource = configuration.maxInFlightPerSource
        waiting = configuration.maxWaiting
        sources = configuration.sources
        failureBurst = configuration.failureBurst
        failureInterval = configuration.failureInterval
        provenFactor = configuration.provenFactor
        provenTime = configuration.provenTime
        cpuShare = Double(configuration.cpuShare) / 100
    }
}
