import Glibc

/// SIGHUP, which ends a process unless told otherwise.
enum HangUp {
    /// From now on it does nothing, until `HangUpService` gives it its meaning: whoever renews a certificate or turns files
    /// over may send it while the server still starts.
    static func ignore() {
        signal(SIGHUP, SIG_IGN)
    }
}
