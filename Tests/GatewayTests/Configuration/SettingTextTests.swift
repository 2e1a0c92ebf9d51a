import Encodings
import HTTPServer
import Testing

@testable import Gateway

@Suite struct SettingTextTests {
    @Test(arguments: [
        ("25 MiB", 26_214_400), ("25MiB", 26_214_400), ("4096", 4096), ("1 B", 1), ("2 kB", 2000), ("1 MB", 1_000_000),
        ("1GiB", 1 << 30), ("0", 0), ("64 KiB", 65_536),
    ])
    func `sizes`(text: String, bytes: Int) {
        #expect(ByteSize.parse(text) == bytes)
    }

    @Test(arguments: ["", "MiB", "1.5 MiB", "-1", "1 mib", "25 MiBs", "9999999999999 GiB", "1 2", "٣", "0x10"])
    func `no sizes`(_ text: String) {
        #expect(ByteSize.parse(text) == nil)
    }

    @Test(arguments: [
        ("8s", Duration.seconds(8)), ("500ms", .milliseconds(500)), ("2m", .seconds(120)), ("24h", .seconds(86_400)),
        ("1 d", .seconds(86_400)), ("0s", .zero),
    ])
    func `durations`(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: ["", "8", "s", "1.5s", "-1s", "8sec", "99999999999999999d", "9007199254740993ms", "1m30s"])
    func `no durations`(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test func `what is written is read`() {
        for bytes in [0, 1, 1000, 1024, 1536, 25 << 20, 3 << 30, 123_456_789] {
            #expect(ByteSize.parse(ByteSize.text(bytes)) == bytes)
        }
        for milliseconds in [0, 1, 999, 1000, 1500, 60_000, 90_000, 120_000, 900_000, 3_600_000, 172_800_000] {
            let duration = Duration.milliseconds(milliseconds)
            #expect(DurationText.parse(DurationText.text(duration)) == duration)
        }
        #expect(DurationText.text(.seconds(60)) == "60s" && DurationText.text(.seconds(900)) == "15m")
        #expect(TOMLText.quoted("a\"\\\n\u{7F}é") == #""a\"\\\u000A\u007Fé""#)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080, true), ("[::1]:80", "::1", 80, true),
        ("localhost:0", "localhost", 0, true),
        ("127.9.9.9:1", "127.9.9.9", 1, true), ("0.0.0.0:1", "0.0.0.0", 1, false), ("[::]:1", "::", 1, false),
        ("127.example.org:1", "127.example.org", 1, false), ("*:1", "*", 1, false),
        ("127.0.0.256:1", "127.0.0.256", 1, false), ("localhost.:1", "localhost.", 1, true),
        ("[0:0:0:0:0:0:0:1]:1", "0:0:0:0:0:0:0:1", 1, true), ("[::0]:1", "::0", 1, false),
        ("[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1, true),
        ("localhost.example.org:1", "localhost.example.org", 1, false),
    ])
    func `listen addresses`(text: String, host: String, port: Int, loopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host && address.port == port && address.isLoopback == loopback)
        #expect(address.description == text)
    }

    /// However zero and this machine are written, they stand for both protocols.
    @Test(arguments: [
        ("[::0]:8080", "*:8080"), ("[0:0:0:0:0:0:0:0]:8080", "*:8080"), ("[0::]:8080", "*:8080"),
        ("[::]:8080", "*:8080"), ("LocalHost.:8080", "localhost:8080"),
    ])
    func `listen addresses of both protocols`(text: String, plain: String) async throws {
        let address = try await ListenAddress.resolve([try #require(ListenAddress(text))])
        let expected = try await ListenAddress.resolve([try #require(ListenAddress(plain))])
        #expect(address == expected)
        #expect(address.contains { if case .ipv4 = $0 { true } else { false } })
    }

    @Test(arguments: [":80", "a", "a:", "a:b", "a:-1", "a:+1", "a:65536", "::1:80", "[::1]", "[a]:1", "a b:1", "a/b:1"])
    func `no listen addresses`(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    /// Whatever libpq takes: no password is shown, wherever it stands.
    @Test(arguments: [
        "postgresql://w2f:sesame@db/w?password=sesame", "postgresql://w2f:sesame?x@db/w", "host=db password=sesame",
        "postgres://db/w?password=sesame",
    ])
    func `the summary shows no password`(url: String) throws {
        var configuration = Configuration()
        configuration.database.url = url
        let text = configuration.summary.map { "\($0.name) \($0.value)" }.joined(separator: "\n")
        #expect(text.contains("db"))
        #expect(!text.contains("sesame"))
    }

    @Test func `cores of a cgroup`() throws {
        #expect(ProcessorCount.cores(of: "150000 100000\n") == 2)
        #expect(ProcessorCount.cores(of: "100000 100000\n") == 1)
        #expect(ProcessorCount.cores(of: "max 100000\n") == nil)
        #expect(ProcessorCount.cores(of: "") == nil)
        #expect(
            ProcessorCount.allowedCores(status: "Name:\tx\nCpus_allowed:\tff,00000003\nCpus_allowed_list:\t0") == 10)
        #expect(ProcessorCount.available() >= 1)
        let folder = try TemporaryFolder()
        try folder.write("400000 100000\n", to: "a/cpu.max")
        try folder.write("250000 100000\n", to: "a/b/cpu.max")
        try folder.write("max 100000\n", to: "a/b/c/cpu.max")
        #expect(ProcessorCount.quota(cgroup: "1:name=x:/\n0::/a/b/c\n", root: folder.path) == 3)
        #expect(ProcessorCount.quota(cgroup: "0::/a\n", root: folder.path) == 4)
        #expect(ProcessorCount.quota(cgroup: "0::/\n", root: folder.path) == nil)
        #expect(ProcessorCount.quota(cgroup: "", root: folder.path) == nil)
    }
}
