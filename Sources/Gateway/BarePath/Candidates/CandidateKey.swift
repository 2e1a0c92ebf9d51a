/// What tokens are looked up by where no id is given.
enum CandidateKey: Hashable, Sendable {
    /// All whose scope contains the repository; its name with ASCII letters in lower case.
    case repository(service: String, name: String)
    /// All that have this secret; its keyed hashes, under each root key that is there.
    case secret(service: String, hashes: [[UInt8]])
}
