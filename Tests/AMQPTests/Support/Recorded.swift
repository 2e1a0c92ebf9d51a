import Foundation

/// What RabbitMQ 3.10.8 said in a conversation with a publisher, byte for byte: the publisher opens, publishes one
/// message, is confirmed, publishes to an exchange that is not there, opens the channel again, and says goodbye.
enum Recorded {
    static let start = base64(
        """
        AQAAAAAB8gAKAAoACQAAAc0MY2FwYWJpbGl0aWVzRgAAAMcScHVibGlzaGVyX2NvbmZpcm1zdAEaZXhjaGFuZ2VfZXhjaGFuZ2VfYmlu\
        ZGluZ3N0AQpiYXNpYy5uYWNrdAEWY29uc3VtZXJfY2FuY2VsX25vdGlmeXQBEmNvbm5lY3Rpb24uYmxvY2tlZHQBE2NvbnN1bWVyX3By\
        aW9yaXRpZXN0ARxhdXRoZW50aWNhdGlvbl9mYWlsdXJlX2Nsb3NldAEQcGVyX2NvbnN1bWVyX3Fvc3QBD2RpcmVjdF9yZXBseV90b3QB\
        DGNsdXN0ZXJfbmFtZVMAAAALYW1xcHRlc3RAdm0JY29weXJpZ2h0UwAAADdDb3B5cmlnaHQgKGMpIDIwMDctMjAyMiBWTXdhcmUsIElu\
        Yy4gb3IgaXRzIGFmZmlsaWF0ZXMuC2luZm9ybWF0aW9uUwAAADlMaWNlbnNlZCB1bmRlciB0aGUgTVBMIDIuMC4gV2Vic2l0ZTogaHR0\
        cHM6Ly9yYWJiaXRtcS5jb20IcGxhdGZvcm1TAAAAEUVybGFuZy9PVFAgMjUuMi4zB3Byb2R1Y3RTAAAACFJhYmJpdE1RB3ZlcnNpb25T\
        AAAABjMuMTAuOAAAAA5QTEFJTiBBTVFQTEFJTgAAAAVlbl9VU84=
        """)
    static let tune = hex("0100000000000c000a001e07ff00020000003cce")
    static let openOK = hex("01000000000005000a002900ce")
    static let channelOpenOK = hex("010001000000080014000b00000000ce")
    static let selectOK = hex("010001000000040055000bce")
    static let ack = hex("0100010000000d003c0050000000000000000100ce")
    static let missingExchange = hex(
        """
        0100010000003f001400280194344e4f545f464f554e44202d206e6f2065786368616e676520276d697373696e672720696e20766\
        86f737420272f70756273756227003c0028ce
        """)
    static let closeOK = hex("01000000000004000a0033ce")

    static let handshake = start + tune + openOK + channelOpenOK + selectOK

    private static func base64(_ text: String) -> [UInt8] {
        Array(Data(base64Encoded: text) ?? Data())
    }

    private static func hex(_ text: String) -> [UInt8] {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
