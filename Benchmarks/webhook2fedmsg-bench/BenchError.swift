/// The reason why a load test cannot be run: what to change is in the text.
enum BenchError: Error, Hashable, CustomStringConvertible {
    case badURL(String)
    case remoteTarget(String)
    case cannotConnect(String, reason: String)
    case noProcess(Int32)

    var description: String {
        switch self {
        case .badURL(let url):
            "\(url) is not a URL of the form http://HOST[:PORT]/PATH (for https, send to the server behind the proxy)"
        case .remoteTarget(let host):
            "\(host) is not on this machine's loopback. Load tests hurt: add --allow-remote if that server is yours"
        case .cannotConnect(let address, let reason):
            "no connection to \(address): \(reason)"
        case .noProcess(let pid):
            "there is no process \(pid), or it ended during the run"
        }
    }
}
