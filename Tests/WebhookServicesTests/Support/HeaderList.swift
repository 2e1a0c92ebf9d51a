import WebhookServices

/// Header fields as a list, names in any case.
struct HeaderList: WebhookHeaders, ExpressibleByDictionaryLiteral {
    var fields: [(name: String, value: [UInt8])]

    init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { ($0.0, Array($0.1.utf8)) }
    }

    func count(of name: String) -> Int {
        fields.count { $0.name.lowercased() == name }
    }

    func first(_ name: String) -> ArraySlice<UInt8>? {
        fields.first { $0.name.lowercased() == name }?.value[...]
    }

    func values(_ name: String) -> [ArraySlice<UInt8>] {
        fields.filter { $0.name.lowercased() == name }.map { $0.value[...] }
    }

    func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)? {
        let values = fields.filter { $0.name.lowercased() == name }.map(\.value)
        return values.first.map { first in (first[...], values.contains { $0 != first }) }
    }

    /// With another value, or without the field where that is `nil`.
    func setting(_ name: String, _ value: String?) -> HeaderList {
        var copy = self
        copy.fields.removeAll { $0.name.lowercased() == name.lowercased() }
        if let value { copy.fields.append((name, Array(value.utf8))) }
        return copy
    }

    func adding(_ name: String, _ value: String) -> HeaderList {
        var copy = self
        copy.fields.append((name, Array(value.utf8)))
        return copy
    }
}
