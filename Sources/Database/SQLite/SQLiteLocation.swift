/// The location of a SQLite database.
public enum SQLiteLocation: Sendable, Hashable, CustomStringConvertible {
    /// A file.
    case file(path: String)
    /// This process's memory, until it is closed.
    case memory

    /// Reads what follows `sqlite:`.
    init(parsing text: String) throws(DatabaseError) {
        if text.utf8.elementsEqual(":memory:".utf8) {
            self = .memory
            return
        }
        let path = text.dropping(prefix: "//") ?? text
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw DatabaseError(.configuration, "sqlite: needs the path of a file, as in sqlite:/var/lib/app/app.db")
        }
        self = .file(path: path)
    }

    /// As in a URL.
    public var description: String {
        switch self {
        case .file(let path): "sqlite:\(path)"
        case .memory: "sqlite::memory:"
        }
    }
}
