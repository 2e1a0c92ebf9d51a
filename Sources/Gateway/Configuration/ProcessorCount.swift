import FedoraMessaging
import Glibc

/// The number of cores that the process may use: what `server.loops = 0` stands for.
public enum ProcessorCount {
    /// The least of the process's affinity mask and the cgroup's `cpu.max`, rounded up; at least 1.
    public static func available() -> Int {
        var count = Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))
        if let allowed = text("/proc/self/status").flatMap(allowedCores(status:)) { count = min(count, allowed) }
        if let quota = quota(cgroup: text("/proc/self/cgroup") ?? "", root: "/sys/fs/cgroup") {
            count = min(count, quota)
        }
        return max(1, count)
    }

    /// The cores that `Cpus_allowed` of `/proc/self/status` names, a hexadecimal mask; nil if it isn't there.
    static func allowedCores(status: String) -> Int? {
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
        let count = line?.dropFirst(13).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return count == 0 ? nil : count
    }

    /// The cores that the tightest `cpu.max` from the process's cgroup up to the root grants; nil if none limits.
    /// - Parameters:
    ///   - cgroup: what `/proc/self/cgroup` says.
    ///   - root: where the cgroups are mounted (version 2).
    static func quota(cgroup: String, root: String) -> Int? {
        guard let own = cgroup.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })?.dropFirst(4) else {
            return nil
        }
        var parts = own.split(separator: "/")
        var least: Int?
        while true {
            let folder = ([root[...]] + parts).joined(separator: "/")
            if let limit = text(folder + "/cpu.max").flatMap(cores(of:)) { least = min(least ?? limit, limit) }
            if parts.popLast() == nil { return least }
        }
    }

    /// The cores of a `cpu.max` such as `150000 100000`, rounded up; nil for `max`.
    static func cores(of text: String) -> Int? {
        let numbers = text.split { $0.isWhitespace }.map { Int($0) }
        guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else {
            return nil
        }
        return (quota + period - 1) / period
    }

    private static func text(_ path: String) -> String? {
        (try? SmallFile.read(path, limit: 65_536)).map { String(decoding: $0, as: UTF8.self) }
    }
}
