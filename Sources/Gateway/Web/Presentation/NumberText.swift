/// Numbers as people read them.
enum NumberText {
    /// With a comma before every three digits: `12,345`.
    static func grouped(_ number: some BinaryInteger) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
            result.append(digit)
        }
        return (number < 0 ? "−" : "") + result
    }

    /// `1 token`, `5,000 tokens`.
    static func counted(_ number: some BinaryInteger, _ one: String, _ many: String) -> String {
        "\(grouped(number)) \(number == 1 ? one : many)"
    }

    /// Bytes: `812 B`, `7.2 kB`, `1.5 MB`.
    static func size(_ bytes: Int) -> String {
        if bytes < 0 { return "Invalid size" }
        if bytes < 1000 { return "\(bytes) B" }
        let (tenth, name) = bytes < 1_000_000 ? (100, "kB") : (100_000, "MB")
        let tenths = bytes / tenth + (bytes % tenth >= tenth / 2 ? 1 : 0)
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(name)" : "\((tenths + 5) / 10) \(name)"
    }
}
