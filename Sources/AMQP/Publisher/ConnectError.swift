/// The reason why there is no stream to the broker, in words for people.
struct ConnectError: Error, Hashable, CustomStringConvertible {
    var text: String

    var description: String { text }
}
