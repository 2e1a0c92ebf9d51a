@testable import Gateway

enum TestRecord {
    static func make(_ id: TokenID, isEnabled: Bool = true) -> TokenRecord {
        TokenRecord(
            id: id, uuid: .random(), service: "github", scope: nil, isEnabled: isEnabled,
            current: nil)
    }
}

extension CachedToken {
    var record: TokenRecord? {
        if case .token(let record) = self { record } else { nil }
    }

    var isAbsent: Bool {
        if case .absent = self { true } else { false }
    }
}
