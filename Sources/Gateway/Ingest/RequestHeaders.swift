import HTTPServer
import WebhookServices

/// A request's head as the services see it.
struct RequestHeaders: WebhookHeaders {
    let head: RequestHead

    func count(of name: String) -> Int { head.count(of: name) }

    func first(_ name: String) -> ArraySlice<UInt8>? { head.first(name) }

    func values(_ name: String) -> [ArraySlice<UInt8>] { head.values(name) }

    func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)? { head.find(name) }
}

/// Header fields as a list, in any case.
struct ExampleHeaders: WebhookHeaders {
    private(set) var fields: [(name: String, value: [UInt8])] = []

    init(_ fields: [(name: String, value: String)]) {
        for field in fields { add(field.name, field.value) }
    }

    func count(of name: String) -> Int { fields.count { $0.name == name } }

    func first(_ name: String) -> ArraySlice<UInt8>? { fields.first { $0.name == name }?.value[...] }

    mutating func add(_ name: String, _ value: String) { fields.append((name.lowercased(), Array(value.utf8))) }

    mutating func remove(_ name: String) { fields.removeAll { $0.name == name } }
}
