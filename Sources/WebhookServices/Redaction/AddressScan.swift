/// Finds what to cut out of one string: addresses of people, and who logs in by a URL and with what password.
///
/// One pass over the string's inside, escapes resolved, whatever its length.
struct AddressScan {
    /// The ranges to cut.
    private(set) var cuts: [Range<Int>] = []

    private let base: UnsafePointer<UInt8>
    private let end: Int
    private let findsAddresses: Bool
    private var units: PercentUnits
    /// The end of what was looked ahead, if that is further: no `@` stands before.
    private var ahead: PercentUnits?

    // The text before, for what a URL begins with. Backslashes do not count: text in text has them before slashes.
    private var last: UInt8 = 0
    private var lastButOne: UInt8 = 0
    private var word = Word()
    private var scheme = Word()

    private var local = Word()
    private var localStart: Int?
    private var domain: Domain?

    /// The last eight bytes of a run, and how many it has.
    private struct Word {
        var bytes: UInt64 = 0
        var count = 0

        mutating func append(_ byte: UInt8) {
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            bytes = bytes << 8 | UInt64(isUpper ? byte | 0x20 : byte)
            count += 1
        }

        init(_ text: StaticString = "") {
            text.withUTF8Buffer { for byte in $0 { append(byte) } }
        }

        func hasSuffix(_ other: Word) -> Bool {
            count >= other.count && bytes & (~0 >> UInt64(64 - 8 * other.count)) == other.bytes
        }

        static func == (left: Word, right: Word) -> Bool { left.bytes == right.bytes && left.count == right.count }
    }

    /// The result of reading the bytes after an `@`.
    private struct Domain {
        var labels = 0
        var labelLength = 0
        var beginsWithLetter = false
        var isLabelOfDigits = true
        /// As the first of a version: `2`, `v2`.
        var isFirstLabelOfVersion = false
        var isVersion = false
        /// Returns the end of the name of a host that has a top-level domain.
        var end: Int?

        /// Takes one more byte; false if none of a domain.
        mutating func take(_ byte: UInt8, endingAt index: Int) -> Bool {
            if byte == UInt8(ascii: ".") {
                guard labelLength > 0 else { return false }
                if labels == 0 { isFirstLabelOfVersion = isLabelOfDigits }
                labels += 1
                labelLength = 0
                isLabelOfDigits = true
                return true
            }
            let isDigit = AddressScan.isDigit(byte)
            let isLetter = AddressScan.isLetter(byte)
            guard isDigit || isLetter || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") else { return false }
            // 1.2.3-beta.rc
            if labels == 1, labelLength == 0, isFirstLabelOfVersion, isDigit { isVersion = true }
            if labelLength == 0 { beginsWithLetter = isLetter }
            labelLength += 1
            let isOfVersion = labels == 0 && labelLength == 1 && byte | 0x20 == UInt8(ascii: "v")
            isLabelOfDigits = isLabelOfDigits && (isDigit || isOfVersion)
            // With what top-level domains in Punycode have: xn--p1ai.
            if labels > 0, labelLength > 1, beginsWithLetter, !isVersion, isDigit || isLetter { end = index }
            return true
        }
    }

    /// Accounts that repositories are fetched by: nobody's own.
    private static let serviceAccounts: [Word] = [
        Word("git"), Word("gitea"), Word("forgejo"), Word("gitlab"), Word("gogs"), Word("hg"), Word("svn"),
    ]
    private static let http = Word("http")
    private static let https = Word("https")
    private static let ssh = Word("ssh")
    private static let sftp = Word("sftp")
    /// Bytes that a password with a slash in it is looked for in.
    private static let lookAhead = 512

    /// Scans the inside of a string.
    ///
    /// - Parameters:
    ///   - findsAddresses: A Boolean value that indicates whether addresses of people are cut, too.
    ///   - decodes: A Boolean value that indicates whether `%40` is read as `@`, and so on.
    init(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, findsAddresses: Bool, decodes: Bool) {
        self.base = base
        self.findsAddresses = findsAddresses
        end = range.upperBound
        units = PercentUnits(base, range, decodes: decodes)
        scan()
    }

    private mutating func scan() {
        while let unit = units.next() {
            let byte = unit.ascii
            if byte == UInt8(ascii: "/"), last == UInt8(ascii: "/"), lastButOne != UInt8(ascii: "/") {
                finishAddress(before: byte)
                authority(hasScheme: lastButOne == UInt8(ascii: ":") && scheme.count > 0)
                continue
            }
            // Browsers take any number of slashes after these, and backslashes for slashes.
            if byte == UInt8(ascii: ":"), word.hasSuffix(Self.http) || word.hasSuffix(Self.https) {
                finishAddress(before: byte)
                scheme = word
                skipSlashes()
                authority(hasScheme: true)
                continue
            }
            if findsAddresses { address(byte, unit) }
            track(byte)
        }
        finishAddress(before: 0)
    }

    private mutating func track(_ byte: UInt8) {
        if byte == UInt8(ascii: "\\") { return }
        if byte == UInt8(ascii: ":") {
            scheme = word
        } else if byte != UInt8(ascii: "/") {
            scheme = Word()
        }
        if Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".")
        {
            word.append(byte)
        } else {
            word = Word()
        }
        lastButOne = last
        last = byte
    }

    // MARK: Addresses

    private mutating func address(_ byte: UInt8, _ unit: StringUnits.Unit) {
        if domain != nil {
            if domain?.take(byte, endingAt: units.index) == true { return }
            if byte == UInt8(ascii: "@"), domain?.end == nil, domain?.labels ?? 0 > 0 || domain?.labelLength ?? 0 > 0 {
                // a@b@c.org
                domain = Domain()
                return
            }
            finishAddress(before: byte)
        }
        if byte == UInt8(ascii: "@") {
            // "john doe"@example.org
            if localStart == nil, last == UInt8(ascii: "\"") {
                localStart = unit.start
                local = Word()
            }
            if localStart != nil { domain = Domain() }
        } else if Self.isLocal(byte) {
            if localStart == nil {
                localStart = unit.start
                local = Word()
            }
            local.append(byte)
        } else {
            localStart = nil
        }
    }

    private mutating func finishAddress(before next: UInt8) {
        defer {
            domain = nil
            localStart = nil
        }
        guard let start = localStart, let end = domain?.end else { return }
        // git@forge.example.org:owner/repository.git
        let isRemote = next == UInt8(ascii: ":") || next == UInt8(ascii: "/")
        if isRemote, isServiceAccount(local) || isGitHubOrganization(start) { return }
        cuts.append(start..<end)
    }

    /// Returns a Boolean value that indicates whether `org-123@` begins there: by that, members of an organization with
    /// single sign-on fetch from GitHub.
    private func isGitHubOrganization(_ start: Int) -> Bool {
        var index = start
        for byte in "org-".utf8 {
            guard index < end, base[index] == byte else { return false }
            index += 1
        }
        while index < end, Self.isDigit(base[index]) { index += 1 }
        return index < end && base[index] == UInt8(ascii: "@")
    }

    private func isServiceAccount(_ name: Word) -> Bool {
        Self.serviceAccounts.contains { $0 == name }
    }

    // MARK: URLs

    private mutating func skipSlashes() {
        var ahead = units
        while let unit = ahead.next(), unit.ascii == UInt8(ascii: "/") || unit.ascii == UInt8(ascii: "\\") {
            units = ahead
        }
    }

    /// Reads from behind the two slashes to the end of who and where, and a password that has a slash in it.
    private mutating func authority(hasScheme: Bool) {
        let isSSH = hasScheme && (scheme.hasSuffix(Self.ssh) || scheme.hasSuffix(Self.sftp))
        let start = units.index
        var userEnd: Int?
        var user = Word()
        var hasPassword = false
        var hasColon = false
        var isPort = true
        var ending: UInt8 = 0
        while let unit = units.next() {
            let byte = unit.ascii
            if Self.endsAuthority(byte) {
                ending = byte
                break
            }
            switch byte {
            case UInt8(ascii: "@"):
                userEnd = units.index
                hasPassword = hasPassword || hasColon
                hasColon = false
                isPort = true
            case UInt8(ascii: ":"):
                hasColon = true
                isPort = true
            case UInt8(ascii: "\\"):
                break
            default:
                if userEnd == nil, !hasColon { user.append(byte) }
                if hasColon, !Self.isDigit(byte) { isPort = false }
                if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") { hasColon = false }
            }
        }
        if userEnd == nil, hasColon, !isPort, Self.goesOn(ending) {
            userEnd = endOfUserAhead()
            hasPassword = userEnd != nil
        }
        if let userEnd, isSecret(user, hasPassword: hasPassword, hasScheme: hasScheme, isSSH: isSSH) {
            cuts.append(start..<userEnd)
        }
        lastButOne = 0
        last = ending
        word = Word()
        scheme = Word()
    }

    private func isSecret(_ user: Word, hasPassword: Bool, hasScheme: Bool, isSSH: Bool) -> Bool {
        if hasPassword { return true }
        guard hasScheme else { return false }
        // A name that somebody logs in with by a key; of those that are nobody's, everybody may know.
        return isSSH ? findsAddresses && !isServiceAccount(user) : true
    }

    /// Returns the place of the `@` that ends a password that has one of the bytes in it that end an authority.
    private mutating func endOfUserAhead() -> Int? {
        var ahead = units
        if let known = self.ahead, known.index > units.index { ahead = known }
        defer { self.ahead = ahead }
        while ahead.index - units.index < Self.lookAhead {
            var next = ahead
            guard let unit = next.next(), !Self.endsText(unit.ascii) else { return nil }
            ahead = next
            if unit.ascii == UInt8(ascii: "@") {
                units = ahead
                return ahead.index
            }
        }
        return nil
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool { goesOn(byte) || endsText(byte) }

    private static func goesOn(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    private static func endsText(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: "`") || byte == 0x7f
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        if byte <= 0x20 || byte == 0x7f { return false }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "|"),
            UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "`"):
            return false
        default:
            return true
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// Letters of other scripts are among them, for hosts may have those.
    private static func isLetter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }
}
