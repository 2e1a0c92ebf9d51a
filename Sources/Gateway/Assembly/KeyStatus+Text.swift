extension KeyStatus {
    /// The status for people.
    public var text: String {
        var lines = ["current root key  \(current ?? "none yet")\(since.map { ", since \($0)" } ?? "")"]
        for file in files {
            let name = file.isRoot ? "root_key_file     " : "former_key_files  "
            lines.append("\(name)\(file.id ?? file.problem ?? "unreadable")  \(file.file)")
        }
        for group in sealed {
            let columns = group.columns.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("sealed under      \(group.key)  \(group.secrets) (\(columns.joined(separator: ", ")))")
        }
        lines += advice.map { "note              \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }
}
