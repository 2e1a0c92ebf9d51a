import Encodings
import FedoraMessaging
import Glibc

/// A file of messages, one line each, open for appending and locked against other processes. Belongs to one thread.
///
/// Every append ends with the bytes on the disk, or with the file as long as it was before.
struct MessageFile: ~Copyable {
    let path: String
    private let calls: FilePublisherCalls
    private let descriptor: CInt
    /// How long the file must be cut to before it is written to, after a cut that failed.
    private var damagedAt: Int?

    /// What the last repair did, for the log; nil if there was nothing to do.
    let repair: String?

    /// Opens the file at `path`, makes it if it isn't there (mode 0600), locks it, and repairs its last line.
    init(path: String, calls: FilePublisherCalls = .system) throws(FilePublisherError) {
        let opened = try MessageFileOpening.open(path)
        let repair: String?
        do throws(FilePublisherError) {
            repair = try MessageFileRepair(path: path, descriptor: opened, calls: calls).run()
        } catch {
            close(opened)
            throw error
        }
        self.path = path
        self.calls = calls
        self.repair = repair
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Appends whole lines and waits until the disk has them.
    /// - Returns: nil if it has, else what went wrong; then the file is as it was.
    mutating func append(_ bytes: [UInt8]) -> String? {
        if let damagedAt {
            guard cut(to: damagedAt) else { return failure("can't be repaired") }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return failure("can't be asked for its length") }
        // Not what was long ago: somebody may have emptied the file by hand.
        let length = Int(status.st_size)
        guard let problem = write(bytes) else { return nil }
        _ = cut(to: length)
        return problem
    }

    private func write(_ bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = calls.write(descriptor, UnsafeRawBufferPointer(rebasing: rest))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return failure("can't be written to") }
                rest = rest.dropFirst(count)
            }
            guard calls.synchronize(descriptor) == 0 else { return failure("can't be brought to the disk") }
            return nil
        }
    }

    /// Cuts the file; one that is shorter already, because somebody emptied it meanwhile, stays as it is: to lengthen it
    /// would fill it with zeros.
    private mutating func cut(to length: Int) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            damagedAt = length
            return false
        }
        let isCut = Int(status.st_size) <= length || calls.truncate(descriptor, length) == 0
        damagedAt = isCut ? nil : length
        return isCut
    }

    private func failure(_ words: String) -> String {
        "the file of messages \(words): \(systemErrorText(errno))"
    }

    /// Whether the path leads to another file than the open one, or to none: it was moved, as a log is, or deleted.
    var isMoved: Bool {
        var open = stat()
        var named = stat()
        guard fstat(descriptor, &open) == 0 else { return true }
        return stat(path, &named) != 0 || named.st_ino != open.st_ino || named.st_dev != open.st_dev
    }

    /// Whether the open file has no name any more: what is written to it is lost when it is closed.
    var isDeleted: Bool {
        var status = stat()
        return fstat(descriptor, &status) != 0 || status.st_nlink == 0
    }

    /// After a failure, whether the next append may succeed: nil, or what still speaks against it.
    mutating func probe() -> String? {
        if let damagedAt, !cut(to: damagedAt) { return failure("can't be repaired") }
        if let free = calls.free(descriptor), free < 1 << 20 {
            return "the file of messages can't be written to: no space left on the disk"
        }
        guard calls.synchronize(descriptor) == 0 else { return failure("can't be brought to the disk") }
        return nil
    }
}
