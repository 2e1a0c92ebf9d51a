/// The ids of one connection's deliveries: UUIDs (version 4 in form), random at the start and counted up from there.
struct DeliveryID: Hashable {
    /// Bytes of an id as text.
    static let count = 36

    private let high: UInt64
    private var low: UInt64

    /// An id that no other connection or run has.
    init() {
        self.init(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
    }

    /// - Parameters:
    ///   - high: the first eight bytes; the version's bits are set here.
    ///   - low: the last eight; the variant's bits are set here, the lower half is where counting starts from 0.
    init(high: UInt64, low: UInt64) {
        self.high = (high & ~0xf000) | 0x4000
        self.low = (low & 0x3fff_ffff_0000_0000) | 0x8000_0000_0000_0000
    }

    /// Goes on to the next id.
    mutating func advance() {
        low &+= 1
    }

    /// Writes the id's 36 characters over those at `offset`.
    func write(to bytes: inout [UInt8], at offset: Int) {
        var position = offset
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                bytes[position] = 0x2d
                position += 1
            }
            let word = index < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * UInt64(index & 15))) & 15
            bytes[position] = digit < 10 ? 0x30 + digit : 0x57 + digit
            position += 1
        }
    }
}
