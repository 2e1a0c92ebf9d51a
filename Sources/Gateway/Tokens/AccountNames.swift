/// Which of a provider's names are accounts and groups here.
enum AccountNames {
    /// The account's name, if owners may be called so. Never changed to fit: two accounts must not become one.
    static func account(_ name: String) -> String? {
        (try? TokenOwner(.user, name: name))?.name
    }

    /// Those that groups may be called, each once, in order.
    static func groups(_ names: [String]) -> [String] {
        Set(names.compactMap { (try? TokenOwner(.group, name: $0))?.name }).sorted()
    }
}
