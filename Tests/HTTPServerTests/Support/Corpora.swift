import Foundation

/// Where test data from elsewhere lies: `W2F_CORPORA`, or `shared/corpora` beside a folder above this file.
enum Corpora {
    static let folder: URL? = {
        if let path = ProcessInfo.processInfo.environment["W2F_CORPORA"] { return URL(fileURLWithPath: path) }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("shared/corpora")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return nil
    }()

    /// The files of a corpus, in the order of their names; none if it is not there.
    static func files(_ corpus: String, extension suffix: String) -> [URL] {
        guard let folder = folder?.appendingPathComponent(corpus) else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().filter { $0.hasSuffix(".\(suffix)") }.map { folder.appendingPathComponent($0) }
    }
}
