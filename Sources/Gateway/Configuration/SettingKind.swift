import Encodings
import EventLoop
import FedoraMessaging
import HTTPServer

/// The reading and writing of values of one kind.
struct SettingKind<Value: Sendable>: Sendable {
    /// The expectation, for messages: "a duration from 1s to 1h".
    let expectation: String
    /// Reads a value; nil if it is not what is expected, an error where there is more to say than that.
    let read: @Sendable (SettingInput) throws(SettingRejected) -> Value?
    /// Writes a value in TOML; nil if it is not set.
    let write: @Sendable (Value) -> String?
}

extension SettingKind where Value == Bool {
    /// `true` or `false`.
    static let boolean = SettingKind(
        expectation: "true or false",
        read: { (input) throws(SettingRejected) in
            switch input {
            case .toml(.boolean(let flag)): flag
            case .text("true"): true
            case .text("false"): false
            default: nil
            }
        },
        write: { "\($0)" })
}

extension SettingKind where Value == Int {
    /// An integer.
    static func integer(_ range: ClosedRange<Int>) -> SettingKind {
        SettingKind(
            expectation: "an integer from \(range.lowerBound) to \(range.upperBound)",
            read: { (input) throws(SettingRejected) in integerValue(of: input, in: range) },
            write: { "\($0)" })
    }

    /// A number of bytes: `25 MiB`, or a plain integer.
    static func size(_ range: ClosedRange<Int>) -> SettingKind {
        SettingKind(
            expectation: "a size from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))",
            read: { (input) throws(SettingRejected) in
                let bytes: Int? =
                    switch input {
                    case .toml(.integer(let number)): number
                    case .toml(.string(let text)), .text(let text): ByteSize.parse(text)
                    default: nil
                    }
                return bytes.flatMap { range.contains($0) ? $0 : nil }
            },
            write: { "\"\(ByteSize.text($0))\"" })
    }
}

extension SettingKind where Value == UInt8? {
    /// An integer that may be left out.
    static let optionalByte = SettingKind(
        expectation: "an integer from 0 to 255",
        read: { (input) throws(SettingRejected) in
            if case .text("") = input { return .some(nil) }
            return integerValue(of: input, in: 0...255).map { UInt8($0) }
        },
        write: { $0.map { "\($0)" } })
}

extension SettingKind where Value == Duration {
    /// A time span: `8s`, `500ms`.
    static func duration(_ range: ClosedRange<Duration>) -> SettingKind {
        SettingKind(
            expectation: durationExpectation(range),
            read: { (input) throws(SettingRejected) in durationValue(of: input, in: range) },
            write: { "\"\(DurationText.text($0))\"" })
    }
}

extension SettingKind where Value: FixedWidthInteger & Sendable {
    /// A time span in whole seconds; what is beyond them is cut off.
    static func seconds(_ range: ClosedRange<Duration>) -> SettingKind {
        SettingKind(
            expectation: durationExpectation(range),
            read: { (input) throws(SettingRejected) in
                durationValue(of: input, in: range).map { Value(clamping: $0.components.seconds) }
            },
            write: { "\"\(DurationText.text(.seconds(Int64(clamping: $0))))\"" })
    }
}

extension SettingKind where Value == String {
    /// Any text on one line.
    static func string(_ expectation: String = "a string", emptyAllowed: Bool = true) -> SettingKind {
        SettingKind(
            expectation: expectation,
            read: { (input) throws(SettingRejected) in
                guard let text = line(of: input), emptyAllowed || !text.isEmpty else { return nil }
                return text
            },
            write: { TOMLText.quoted($0) })
    }
}

extension SettingKind where Value == String? {
    /// Any text on one line; empty is the same as not set.
    static func optionalString(_ expectation: String = "a string") -> SettingKind {
        SettingKind(
            expectation: expectation,
            read: { (input) throws(SettingRejected) in
                guard let text = line(of: input) else { return nil }
                return .some(text.isEmpty ? nil : text)
            },
            write: { TOMLText.quoted($0 ?? "") })
    }
}

extension SettingKind where Value == [String] {
    /// A list of names; in an environment variable they are separated by commas.
    static func names(_ expectation: String) -> SettingKind {
        SettingKind(
            expectation: expectation,
            read: { (input) throws(SettingRejected) in
                guard let items = items(of: input) else { return nil }
                for item in items where items.count(where: { $0 == item }) > 1 {
                    throw SettingRejected("\"\(item)\" is there more than once")
                }
                return items.contains("") ? nil : items
            },
            write: { TOMLText.array($0) })
    }
}

extension SettingKind {
    /// A list of names of an enumeration, at least one.
    /// - Parameter noun: The word for one of them.
    static func choices<Choice>(of noun: String) -> SettingKind
    where Value == [Choice], Choice: CaseIterable & RawRepresentable & Sendable, Choice.RawValue == String {
        let names = SettingKind<[String]>.names("a list of \(noun)s")
        return SettingKind(
            expectation: names.expectation,
            read: { (input) throws(SettingRejected) in
                guard let items = try names.read(input) else { return nil }
                guard !items.isEmpty else { throw SettingRejected("expected at least one \(noun)") }
                var choices: [Choice] = []
                for item in items {
                    guard let choice = Choice(rawValue: item) else {
                        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                        throw SettingRejected("\"\(item)\" is none of \(known)")
                    }
                    choices.append(choice)
                }
                return choices
            },
            write: { TOMLText.array($0.map(\.rawValue)) })
    }
}

extension SettingKind where Value == [ListenAddress] {
    /// A list of addresses to listen at.
    static let listenAddresses = SettingKind(
        expectation: "a list of \"host:port\", such as [\"127.0.0.1:8080\", \"[::1]:8080\"]",
        read: { (input) throws(SettingRejected) in
            guard let items = items(of: input), !items.isEmpty else { return nil }
            var addresses: [ListenAddress] = []
            for item in items {
                guard let address = ListenAddress(item) else {
                    throw SettingRejected("\"\(item)\" is no \"host:port\" (an IPv6 address goes into brackets)")
                }
                guard address.port == 0 || !addresses.contains(address) else {
                    throw SettingRejected("\"\(item)\" is there more than once")
                }
                addresses.append(address)
            }
            return addresses
        },
        write: { TOMLText.array($0.map(\.description)) })
}

extension SettingKind where Value == [IPNetwork] {
    /// A list of networks.
    static let networks = SettingKind(
        expectation: "a list of networks, such as [\"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.1\"]",
        read: { (input) throws(SettingRejected) in
            guard let items = items(of: input) else { return nil }
            var networks: [IPNetwork] = []
            for item in items {
                guard let network = IPNetwork(item) else {
                    throw SettingRejected(
                        "\"\(item)\" is no network: expected an IP address, alone or with \"/\" and its prefix length")
                }
                networks.append(network)
            }
            return networks
        },
        write: { TOMLText.array($0.map(\.description)) })
}

extension SettingKind where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the names of an enumeration.
    static var choice: SettingKind {
        let names = Value.allCases.map(\.rawValue)
        return SettingKind(
            expectation: "one of \(names.joined(separator: ", "))",
            read: { (input) throws(SettingRejected) in line(of: input).flatMap { Value(rawValue: $0) } },
            write: { TOMLText.quoted($0.rawValue) })
    }
}

// MARK: - Reading, for several kinds

private func integerValue(of input: SettingInput, in range: ClosedRange<Int>) -> Int? {
    let number: Int? =
        switch input {
        case .toml(.integer(let number)): number
        case .text(let text): Int(text)
        default: nil
        }
    return number.flatMap { range.contains($0) ? $0 : nil }
}

private func durationExpectation(_ range: ClosedRange<Duration>) -> String {
    let bounds = "\(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
    return "a duration with its unit from \(bounds), such as \"10s\" or \"500ms\""
}

private func durationValue(of input: SettingInput, in range: ClosedRange<Duration>) -> Duration? {
    switch input {
    case .toml(.string(let text)), .text(let text):
        DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil }
    default: nil
    }
}

private func line(of input: SettingInput) -> String? {
    switch input {
    case .toml(.string(let text)), .text(let text):
        text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? nil : text
    default: nil
    }
}

private func items(of input: SettingInput) -> [String]? {
    switch input {
    case .toml(.array(let values)):
        let items = values.compactMap { line(of: .toml($0)) }
        return items.count == values.count ? items : nil
    case .text(""): return []
    case .text(let text):
        return text.split(separator: ",", omittingEmptySubsequences: false).map { item in
            String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    default: return nil
    }
}
