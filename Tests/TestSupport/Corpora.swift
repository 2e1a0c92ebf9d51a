import Foundation

/// The folder of test data from elsewhere: `W2F_CORPORA`, or `shared/corpora` beside the checkout. `nil` where
/// there is none; tests that need it are skipped then.
package let corpora: URL? = {
    let manager = FileManager.default
    if let path = ProcessInfo.processInfo.environment["W2F_CORPORA"], !path.isEmpty {
        return manager.fileExists(atPath: path) ? URL(fileURLWithPath: path) : nil
    }
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
        let candidate = folder.appendingPathComponent("shared/corpora")
        if manager.fileExists(atPath: candidate.path) { return candidate }
        folder.deleteLastPathComponent()
    }
    return nil
}()

/// The bytes of a file. (`Data(contentsOf:)` leaks a buffer for an empty one, which the address sanitizer sees.)
package func bytes(of file: URL) throws -> [UInt8] {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    return [UInt8](try handle.readToEnd() ?? Data())
}
