/// Numbers as nobody means them, and as a URL, a form or a header can hold them.
enum ExtremeNumbers {
    static let texts = [
        "0", "-0", "-1", "1", "9223372036854775807", "9223372036854775806", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "4294967295",
        "4294967296", String(repeating: "9", count: 40), "-" + String(repeating: "9", count: 40), "1e400", "0x7f",
        "1.5", "+1", "NaN", "",
    ]
}
