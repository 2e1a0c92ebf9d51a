/// The settings of a load test; the command's options say what each means.
struct LoadSettings: Sendable {
    var connections: Int
    var loops: Int
    var requests: Int
    var warmup: Int
    var duration: Duration
    var timeout: Duration
    var rate: Double?
    var process: Int32?
    var keepsMessageIDs: Bool
}
