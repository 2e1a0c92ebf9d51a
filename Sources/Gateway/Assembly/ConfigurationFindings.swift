import Database
import EventLoop
import FedoraMessaging
import Glibc
import HTTPServer

/// The needs of the configuration on this machine, as far as that can be seen without starting.
extension Configuration {
    /// Returns the obstacles to a start on this machine, and remarks, for `check-config`. Blocks for disks, and for
    /// names.
    public func findingsOnThisMachine() async -> (problems: [SettingsProblem], warnings: [String]) {
        let permissions = permissionsOfTLSKeys()
        let keys = problemsOfRootKeys()
        let problems =
            await problemsOfListening() + problemsOfFolders() + problemsOfTLSFiles() + permissions.problems
            + keys.problems
        var warnings = permissions.warnings + keys.warnings
        if sources["server.max_connections_per_source"] != nil,
            server.limits.maxConnectionsPerSource > server.highestConnectionsPerSource
        {
            warnings.append(
                "server.max_connections_per_source: \(server.limits.maxConnectionsPerSource) would leave too few of "
                    + "server.max_connections (\(server.limits.maxConnections)) to others: a source has "
                    + "\(server.effectiveLimits.maxConnectionsPerSource) at most")
        }
        if let shortage = DescriptorLimit.shortage(of: self, limit: DescriptorLimit.highest()) {
            if shortage.connections == nil {
                return (problems + [problem("server.max_connections", "\(shortage)")], warnings)
            }
            warnings.append("\(shortage)")
        }
        return (problems, warnings)
    }

    /// Returns remarks on owners and modes of the TLS keys, for the start and `check-config`: whoever may read or
    /// replace a key can pass for this server.
    public func permissionsOfTLSKeys() -> (problems: [SettingsProblem], warnings: [String]) {
        var (problems, warnings): ([SettingsProblem], [String]) = ([], [])
        if let file = server.tls.key, let permissions = KeyFilePermissions(path: file) {
            let found = permissions.sentences(about: file)
            problems += found.problems.map { problem("server.tls.keyfile", $0) }
            warnings += found.warnings
        }
        if case .broker(let settings) = publisher, let file = settings.effectiveTLS.key,
            let permissions = KeyFilePermissions(path: file)
        {
            let found = permissions.sentences(about: file)
            if Self.isShipped(file, permissions) {
                warnings += found.problems + found.warnings
            } else {
                problems += found.problems.map { problem("broker.tls.keyfile", $0) }
                warnings += found.warnings
            }
        }
        return (problems, warnings)
    }

    /// Returns a Boolean value that indicates whether everybody may know the key: distributions ship those of
    /// fedora-messaging's public users, and images hold them where nobody can write.
    private static func isShipped(_ file: String, _ permissions: KeyFilePermissions) -> Bool {
        let names = ["fedora-key.pem", "fedora.stg-key.pem"].map { "/etc/fedora-messaging/" + $0 }
        return permissions.owner == 0 && permissions.mode & 0o022 == 0
            && (permissions.isOnReadOnlyMount || names.contains(file))
    }

    /// Returns the faults of the TLS files at this moment, for `check-config`. Reads them, and blocks for the disk.
    ///
    /// The server itself does not start without its own certificate, but reads those for the broker whenever it connects.
    public func problemsOfTLSFiles() -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        if let files = server.tls.files {
            do throws(TLSError) {
                if let problem = try TLSServerContext(files).validity { throw problem }
            } catch {
                problems.append(SettingsProblem(source: .builtIn, key: "server.tls", message: error.description))
            }
        }
        if case .broker(let settings) = publisher, settings.usesTLS {
            do throws(TLSError) {
                _ = try TLSClientContext(TLSClientContext.Files(settings.effectiveTLS))
            } catch {
                problems.append(SettingsProblem(source: .builtIn, key: "broker.tls", message: error.description))
            }
        }
        return problems
    }

    /// Returns the faults of the root keys' files, for `check-config`: what would stop the start.
    public func problemsOfRootKeys() -> (problems: [SettingsProblem], warnings: [String]) {
        guard let settings = try? StorageSettings(self) else { return ([], []) }
        var (problems, warnings): ([SettingsProblem], [String]) = ([], [])
        let root = "keys.root_key_file"
        let paths = [(settings.rootKeyPath, root)] + settings.formerKeyPaths.map { ($0, "keys.former_key_files") }
        for (path, key) in paths {
            do throws(RootKeyError) {
                if let content = try RootKeyFile(path: path).read() {
                    warnings += content.warnings
                } else if key != root {
                    throw .missing(path: path, reason: .named)
                } else if settings.isStandalone {
                    warnings.append("there is no root key at \(path) yet: the server makes it at its first start")
                } else {
                    throw .missing(path: path, reason: .notStandalone)
                }
            } catch {
                problems.append(problem(key, "\(error)"))
            }
        }
        return (problems, warnings)
    }

    private func problemsOfListening() async -> [SettingsProblem] {
        do {
            let addresses = try await ListenAddress.resolve(server.listen)
            return addresses.compactMap { address in
                address.bindingProblem.map { problem("server.listen", "\(address): \($0)") }
            }
        } catch {
            return [problem("server.listen", "\(error)")]
        }
    }

    private func problemsOfFolders() -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        var files: [(path: String, key: String)] = []
        if case .file(let path) = publisher {
            files.append((path, sources["broker.file"] == nil ? "state_dir" : "broker.file"))
        }
        if let url = database.url, case .sqlite(.file(let path))? = try? DatabaseURL.parse(url) {
            files.append((path, sources["database.url"] == nil ? "state_dir" : "database.url"))
        }
        for (path, key) in files {
            var folder = FolderOwner.folder(of: path)
            if access(path, F_OK) == 0 {
                if access(path, W_OK) != 0 { problems.append(problem(key, "\(path) can't be written to")) }
                continue
            }
            // The state folder is made, with all above it.
            while folder == stateDirectory
                || folder.hasPrefix("/") && stateDirectory.hasPrefix(folder + "/"),
                access(folder, F_OK) != 0, folder != "/", !folder.isEmpty
            {
                folder = FolderOwner.folder(of: folder)
            }
            if access(folder, W_OK | X_OK) != 0 {
                problems.append(problem(key, "\(path) can't be made: \(folder) is missing, or can't be written to"))
            }
        }
        return problems
    }

    private func problem(_ key: String, _ message: String) -> SettingsProblem {
        SettingsProblem(source: sources[key] ?? .builtIn, key: key, message: message)
    }
}
