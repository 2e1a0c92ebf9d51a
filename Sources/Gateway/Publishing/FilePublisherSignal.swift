import Glibc

/// A lock, and a condition for each of the two threads of a ``FilePublisherCore``.
///
/// Safe to share: the pointers never change, and POSIX makes what they point to safe for threads. `writerWaits` and
/// `watchdogWaits` are touched only with the lock held.
final class FilePublisherSignal: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let writer = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let watchdog = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var writerWaits = false
    private var watchdogWaits = false

    init() {
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for condition in [writer, watchdog] {
            condition.initialize(to: pthread_cond_t())
            pthread_cond_init(condition, &attributes)
        }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        for condition in [writer, watchdog] {
            pthread_cond_destroy(condition)
            condition.deallocate()
        }
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }

    /// With the lock held: wakes the writer if it waits.
    func wakeWriter() {
        guard writerWaits else { return }
        writerWaits = false
        pthread_cond_signal(writer)
    }

    /// With the lock held: wakes the watchdog if it waits without a time of its own; `always`, also before its time.
    func wakeWatchdog(always: Bool = false) {
        guard watchdogWaits || always else { return }
        watchdogWaits = false
        pthread_cond_signal(watchdog)
    }

    /// With the lock held: waits as the writer. True if the time came before a wake.
    @discardableResult
    func waitAsWriter(until deadline: ContinuousClock.Instant?) -> Bool {
        writerWaits = true
        let isTimeOver = wait(writer, until: deadline)
        writerWaits = false
        return isTimeOver
    }

    /// With the lock held: waits as the watchdog. While it has a time to wake at, new messages need not wake it unless
    /// their time is over sooner.
    func waitAsWatchdog(until deadline: ContinuousClock.Instant?) {
        watchdogWaits = deadline == nil
        _ = wait(watchdog, until: deadline)
        watchdogWaits = false
    }

    private func wait(_ condition: UnsafeMutablePointer<pthread_cond_t>, until deadline: ContinuousClock.Instant?)
        -> Bool
    {
        guard let deadline else {
            pthread_cond_wait(condition, mutex)
            return false
        }
        let left = max(.zero, ContinuousClock.now.duration(to: deadline)).components
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        time.tv_sec += Int(left.seconds)
        time.tv_nsec += Int(left.attoseconds / 1_000_000_000)
        if time.tv_nsec >= 1_000_000_000 {
            time.tv_sec += 1
            time.tv_nsec -= 1_000_000_000
        }
        return pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT
    }
}
