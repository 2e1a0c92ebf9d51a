import Encodings
import FedoraMessaging
import Glibc

/// Starts threads for work that blocks.
enum FilePublisherThread {
    /// The work of a thread, boxed for its way through C.
    fileprivate final class Work: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Runs `work` on a thread of its own, detached.
    static func start(_ work: @escaping @Sendable () -> Void) throws(FilePublisherError) {
        let box = Unmanaged.passRetained(Work(work))
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, filePublisherThreadMain, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw FilePublisherError("no thread for the file of messages: \(systemErrorText(status))")
        }
        pthread_detach(thread)
    }
}

/// The thread's entry. A named function: a closure could be taken for isolated to the main actor.
private nonisolated func filePublisherThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    // Balances the retain in `start`, which nobody else takes.
    Unmanaged<FilePublisherThread.Work>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
