import Foundation

/// The kernel's counts for a process up to now.
struct ProcessSample: Sendable {
    /// CPU time of all threads, also those that have ended; exact to the scheduler's tick.
    let cpuTime: Duration
    /// The parts of it in user and kernel mode, in ticks of 10 ms: long runs only.
    let userTime: Duration
    let systemTime: Duration
    /// The number of times that the living threads went to sleep of themselves.
    let voluntarySwitches: Int
    /// Resident memory, in bytes.
    let residentBytes: Int

    /// - Throws: `BenchError.noProcess`.
    init(of pid: Int32) throws(BenchError) {
        let tick = Duration.seconds(1) / sysconf(Int32(_SC_CLK_TCK))
        guard let cpuTime = Self.cpuTime(of: pid), let stat = Self.statFields(of: pid),
            let user = Int(stat[11]), let system = Int(stat[12]),
            let resident = Self.statusValue("VmRSS:", in: "/proc/\(pid)/status")
        else { throw .noProcess(pid) }
        self.cpuTime = cpuTime
        userTime = tick * user
        systemTime = tick * system
        residentBytes = resident * 1024
        voluntarySwitches = Self.switches(of: pid)
    }

    /// CPU time of this process.
    static func ownCPUTime() -> Duration {
        time(of: CLOCK_PROCESS_CPUTIME_ID) ?? .zero
    }

    private static func cpuTime(of pid: Int32) -> Duration? {
        var clock = clockid_t()
        return clock_getcpuclockid(pid, &clock) == 0 ? time(of: clock) : nil
    }

    private static func time(of clock: clockid_t) -> Duration? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// The fields of `/proc/PID/stat` behind the name, which may hold blanks and brackets itself.
    private static func statFields(of pid: Int32) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let nameEnd = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: nameEnd)...].split(separator: " ")
        return fields.count > 20 ? fields : nil
    }

    private static func switches(of pid: Int32) -> Int {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return threads.reduce(0) {
            $0 + (statusValue("voluntary_ctxt_switches:", in: "/proc/\(pid)/task/\($1)/status") ?? 0)
        }
    }

    private static func statusValue(_ name: String, in path: String) -> Int? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
        else { return nil }
        return line.dropFirst(name.count).split { $0 == " " || $0 == "\t" }.first.flatMap { Int($0) }
    }
}
