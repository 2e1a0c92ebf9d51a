import Foundation

/// Where problems are told to the person at the terminal.
enum StandardError {
    /// Writes one line.
    static func print(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
