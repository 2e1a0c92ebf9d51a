import HTTPServer

/// The choice of refusals that are logged one by one, and the summary of the others: a line for each source and minute.
/// Whoever sends nothing but nonsense must not fill the disk. Without I/O: time is passed in.
struct RefusalTally {
    typealias Instant = ContinuousClock.Instant

    /// Refusals that were counted and not logged.
    struct Sum: Hashable {
        /// An address of the source; nil for all sources that had no entry of their own.
        var remote: String?
        /// The number of refusals.
        var count: Int
        /// The number of each status.
        var statuses: [Int: Int]
    }

    /// Lines of one source in a minute.
    static let linesPerSource = 30
    /// Lines of all sources in a minute.
    static let lines = 300
    /// Sources that are counted by themselves, and told of by a line each.
    static let maximumSources = 50
    static let period = Duration.seconds(60)

    private struct Entry {
        var remote: String
        var logged = 0
        var sum: Sum?
    }

    private var start: Instant?
    private var logged = 0
    private var entries: [ClientSource?: Entry] = [:]
    private var others = Sum(remote: nil, count: 0, statuses: [:])

    /// A request was refused.
    /// - Returns: whether it is to be logged, and what is to be told of the minute before.
    mutating func note(_ client: ClientAddress, status: Int, now: Instant) -> (isLogged: Bool, sums: [Sum]) {
        let sums = end(now: now, isLast: false)
        if start == nil { start = now }
        let source = client.source
        if entries[source] == nil, entries.count < Self.maximumSources {
            entries[source] = Entry(remote: Self.host(of: client))
        }
        let ofSource = entries[source]?.logged ?? 0
        if logged < Self.lines, ofSource < Self.linesPerSource {
            logged += 1
            entries[source]?.logged += 1
            return (true, sums)
        }
        if var entry = entries[source] {
            var sum = entry.sum ?? Sum(remote: entry.remote, count: 0, statuses: [:])
            Self.count(status, in: &sum)
            entry.sum = sum
            entries[source] = entry
        } else {
            Self.count(status, in: &others)
        }
        return (false, sums)
    }

    /// Returns the summary if a minute has passed, or if this is the end.
    mutating func end(now: Instant, isLast: Bool) -> [Sum] {
        guard let start, isLast || now >= start + Self.period else { return [] }
        var sums = entries.values.compactMap(\.sum).sorted { $0.count > $1.count }
        if others.count > 0 { sums.append(others) }
        self = RefusalTally()
        return sums
    }

    private static func count(_ status: Int, in sum: inout Sum) {
        // A minute has fewer requests than an integer has numbers.
        sum.count &+= 1
        sum.statuses[status, default: 0] &+= 1
    }

    private static func host(of client: ClientAddress) -> String {
        if case .address(let address) = client { address.host } else { "\(client)" }
    }
}
