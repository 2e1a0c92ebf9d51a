/// What this program calls itself.
enum ProgramVersion {
    /// By semantic versioning.
    static let text = "1.0.0"
}
