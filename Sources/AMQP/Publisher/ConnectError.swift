/// Why there is no stream to the broker, in words for people.
struct ConnectError: Error {
    var text: String
}
