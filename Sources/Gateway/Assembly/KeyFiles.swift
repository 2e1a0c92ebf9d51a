/// The files of root keys that a configuration names, read as the server reads them at its start.
struct KeyFiles {
    /// All of them, the one of `keys.root_key_file` first.
    let all: [KeyStatus.File]
    /// The keys in the files; nil unless all hold a key.
    let keys: RootKeys?

    init(_ settings: WorkspaceSettings) {
        let root = Self.read(settings.rootKeyPath, isRoot: true)
        let former = settings.formerKeyPaths.map { Self.read($0, isRoot: false) }
        all = [root.file] + former.map(\.file)
        let formerKeys = former.compactMap(\.key)
        keys = root.key.flatMap { formerKeys.count == former.count ? RootKeys(root: $0, former: formerKeys) : nil }
    }

    /// Returns a Boolean value that indicates whether the server gets by with what is there.
    /// - Parameter isNew: whether the database has no root key yet: then one may be made.
    func areComplete(isNew: Bool, _ settings: WorkspaceSettings) -> Bool {
        all.allSatisfy { $0.id != nil || isMade($0, isNew, settings) }
    }

    /// Returns the server's way with a missing file, in sentences.
    func remarks(isNew: Bool, _ settings: WorkspaceSettings) -> [String] {
        all.filter { isMade($0, isNew, settings) }.map { "there is no root key at \($0.file) yet: the server makes it" }
    }

    private func isMade(_ file: KeyStatus.File, _ isNew: Bool, _ settings: WorkspaceSettings) -> Bool {
        isNew && file.isRoot && file.isMissing && settings.isStandalone
    }

    private static func read(_ path: String, isRoot: Bool) -> (file: KeyStatus.File, key: RootKey?) {
        do throws(RootKeyError) {
            guard let content = try RootKeyFile(path: path).read() else {
                return (KeyStatus.File(file: path, isRoot: isRoot, id: nil, problem: KeyStatus.File.missing), nil)
            }
            return (KeyStatus.File(file: path, isRoot: isRoot, id: content.key.id, problem: nil), content.key)
        } catch {
            return (KeyStatus.File(file: path, isRoot: isRoot, id: nil, problem: "\(error)"), nil)
        }
    }
}
