/// The version of this program.
enum ProgramVersion {
    /// By semantic versioning.
    static let text = "1.0.0"
}
