import EventLoop

/// The bounds of a database, with their defaults: how much is kept, and how long anything may take.
public struct DatabaseLimits: Sendable, Hashable {
    /// The most connections to PostgreSQL. SQLite always has one, on a thread of its own.
    public var connections = 8
    /// The most callers that wait for a connection; further ones get `overloaded` at once.
    public var waiters = 1024
    /// The longest wait for a connection (`timeout`, or `unavailable` where no connection could be made). Longer than
    /// `connectTimeout`, so that a caller sees what becomes of an attempt and of the next.
    public var acquireTimeout: Duration = .seconds(10)
    /// The longest time of one statement (`timeout`).
    public var queryTimeout: Duration = .seconds(15)
    /// The longest that making a connection may take, name resolution and login included; each of several hosts has its
    /// share. PostgreSQL's `connect_timeout`, where the address has one, is used instead.
    public var connectTimeout: Duration = .seconds(5)
    /// The longest time of one statement of a migration, the wait for another process's migration included.
    public var migrationTimeout: Duration = .seconds(600)
    /// A connection that nobody used for this long is closed.
    public var idleTimeout: Duration = .seconds(600)
    /// A connection that is this old is closed once it is free, so that connections follow a failover; one that listens for
    /// changes is made anew.
    public var maxLifetime: Duration = .seconds(3600)
    /// The longest that `close` waits for what still runs.
    public var closeTimeout: Duration = .seconds(5)
    /// The waits between attempts to connect while they fail.
    public var backoff = Backoff(first: .milliseconds(100), longest: .seconds(10))
    /// The most prepared statements a connection; 0 prepares none under a name, which old connection poolers ask for.
    public var preparedStatements = 128
    /// The most statements in one batch.
    public var batchStatements = 1000
    /// The time between proofs that changes are heard, each a notice that another connection sends, and how long one may
    /// take: a server that vanished without a word is noticed within three times this time.
    public var listenHeartbeat: Duration = .seconds(5)
    /// The time between looks at SQLite's file for changes by other processes, while somebody wants to know of them.
    public var pollInterval: Duration = .milliseconds(250)
    /// The most notices of changes that a slow reader keeps waiting.
    public var notices = 1024
    /// The time that SQLite waits for another process's lock (`busy`).
    public var busyTimeout: Duration = .seconds(5)
    /// The time that a SQLite transaction may be idle between two statements before it is rolled back: it holds up all
    /// others.
    public var transactionIdleTimeout: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}
