import Foundation

/// Payloads in strings.
enum PayloadStrings {
    /// A text as a JSON string, quotes and all.
    static func quoted(_ text: String) throws -> String {
        let array = String(decoding: try JSONSerialization.data(withJSONObject: [text]), as: UTF8.self)
        return String(array.dropFirst().dropLast())
    }
}
