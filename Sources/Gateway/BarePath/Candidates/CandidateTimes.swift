/// How long candidates are held: as long as tokens are.
struct CandidateTimes: Sendable, Hashable {
    /// Until they are read again.
    var timeToLive = Duration.seconds(10)
    /// Until it is looked again whether there are any.
    var absentTimeToLive = Duration.seconds(10)
    /// The same, while changes made elsewhere are not heard of.
    var staleAfter = Duration.seconds(1)
    /// How long a webhook waits for them to be read again, before the known ones are used.
    var recheckWait = Duration.milliseconds(500)
    /// While the database cannot be asked, from when they were last read.
    var staleTimeToLive = Duration.seconds(3600)
    /// Without asking again, after the database could not be asked.
    var staleRetry = Duration.seconds(1)

    init() {}

    init(_ configuration: CacheConfiguration) {
        timeToLive = configuration.timeToLive
        absentTimeToLive = configuration.negativeTimeToLive
        staleAfter = configuration.staleAfter
        recheckWait = configuration.recheckWait
        staleTimeToLive = configuration.staleTimeToLive
        staleRetry = configuration.staleRetry
    }
}
