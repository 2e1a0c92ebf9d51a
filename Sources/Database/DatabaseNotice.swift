/// A notice for a reader of `Database.notices`.
public enum DatabaseNotice: Sendable, Hashable {
    /// From now on every change is told. Some may have been missed before.
    case listening
    /// Something has changed: what PostgreSQL's NOTIFY carried, or nil where it cannot be known what.
    case changed(payload: String?)
    /// Changes are not told until `listening` comes again; why.
    case lost(DatabaseError)
}
