/// How payloads of a service say that a repository is not for everybody: by truth values, each at a path.
struct RepositoryVisibility: Sendable {
    /// One such value.
    struct Flag: Sendable {
        let path: StaticString
        /// The value that means private.
        let privateValue: Bool
        /// The object that has to have it; `nil` if it may be missing.
        let requiredOf: StaticString?

        /// A flag that may be missing: of a fork, of another repository that is only mentioned.
        static func optional(_ path: StaticString, means privateValue: Bool = true) -> Flag {
            Flag(path: path, privateValue: privateValue, requiredOf: nil)
        }

        /// A flag that every payload with that object has; without it, nobody knows.
        static func required(_ path: StaticString, of object: StaticString, means privateValue: Bool = true) -> Flag {
            Flag(path: path, privateValue: privateValue, requiredOf: object)
        }
    }

    /// All of them.
    let flags: [Flag]

    /// What the flags say of a payload.
    func privateContent(in document: JSONDocument) -> PrivateContent? {
        var isUnknown = false
        for flag in flags {
            if let value = document.bool(flag.path) {
                if value == flag.privateValue { return .privateRepository }
            } else if let object = flag.requiredOf, document.isObject(object) {
                isUnknown = true
            }
        }
        return isUnknown ? .unknownVisibility : nil
    }
}
