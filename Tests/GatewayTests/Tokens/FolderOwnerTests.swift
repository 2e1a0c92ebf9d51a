import Database
import Foundation
import Glibc
import Testing

@testable import Gateway

/// What root makes before the server's first start, in the folder of the user that the server will run as.
@Suite struct FolderOwnerTests {
    private static let someUser: uid_t = 4321

    @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
    func `database and key belong to the folder's owner`() async throws {
        let folder = try TemporaryFolder()
        try #require(chown(folder.path, Self.someUser, Self.someUser) == 0)
        let database = folder.path + "/tokens.db"
        let storage = try await Storage.open(
            StorageSettings(
                database: try DatabaseURL.parse("sqlite:\(database)"), rootKeyPath: folder.path + "/root.key",
                isLoopback: true),
            loop: TestDatabases.loop.get(), logger: TestDatabases.logger)
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            var status = stat()
            #expect(stat(folder.path + "/" + file, &status) == 0)
            #expect(status.st_uid == Self.someUser && status.st_gid == Self.someUser, "\(file)")
            #expect(status.st_mode & 0o022 == 0, "\(file)")
        }
        #expect(FileManager.default.fileExists(atPath: database))
        await storage.close()
    }

    @Test func `nothing is made in one's own folder`() throws {
        let folder = try TemporaryFolder()
        FolderOwner.makeFile(folder.path + "/tokens.db")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `the folder of a path`() {
        #expect(FolderOwner.folder(of: "/var/lib/x.db") == "/var/lib")
        #expect(FolderOwner.folder(of: "/x.db") == "/")
        #expect(FolderOwner.folder(of: "x.db") == ".")
    }
}
