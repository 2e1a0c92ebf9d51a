import Database
import Logging

/// Has the ring follow the database's current root key, without a restart: PostgreSQL tells of a change of it as of one that
/// may be of any token, and SQLite of any change at all.
actor RootKeyFollower {
    private let database: any Database
    private let keys: KeyRing
    private let logger: Logger
    private var isReading = false
    private var isWanted = false
    /// The current root key that is not on the ring, as far as the log has a line on it.
    private var missing: KeyRing.Failure?

    init(database: any Database, keys: KeyRing, logger: Logger) {
        self.database = database
        self.keys = keys
        self.logger = logger
    }

    /// Takes note of what is told of tokens. Returns at once: others wait to hear it, too.
    func note(_ notice: TokenNotice) {
        switch notice {
        case .everything, .watching: isWanted = true
        case .token, .unwatched: return
        }
        guard !isReading else { return }
        isReading = true
        Task { await follow() }
    }

    private func follow() async {
        while isWanted {
            isWanted = false
            do {
                try await RootKeyTable.follow(keys, in: database)
                missing = nil
            } catch let failure as KeyRing.Failure {
                guard failure != missing else { continue }
                missing = failure
                logger.error("the root key was changed", metadata: ["error": "\(failure)"])
            } catch {
                // When the database is back, `watching` is told; and every look at /readyz reads it, too.
                logger.debug("cannot read which root key is current", metadata: ["error": "\(error)"])
            }
        }
        isReading = false
    }
}
