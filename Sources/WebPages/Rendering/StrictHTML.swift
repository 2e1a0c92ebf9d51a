import Encodings
import Mustache

/// Escapes text for HTML by ``HTMLText``: Mustache's own escaping goes by characters as people see them, and lets a
/// quotation mark with a combining mark behind it pass.
struct StrictHTML: MustacheContentType {
    func escapeText(_ text: String) -> String { HTMLText.escaped(text) }
}
