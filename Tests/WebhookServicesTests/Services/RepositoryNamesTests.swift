import Testing

@testable import WebhookServices

/// What people type or paste where a token's scope is asked for.
@Suite struct RepositoryNamesTests {
    private func names(_ service: String) throws -> RepositoryNames {
        try #require(ServiceRegistry.service(named: service)).repositoryNames
    }

    @Test(arguments: [
        "fedora-infra/bodhi", "fedora-infra/bodhi/", "fedora-infra/bodhi.git", " fedora-infra/bodhi ",
        "https://github.com/fedora-infra/bodhi", "https://github.com/fedora-infra/bodhi/",
        "https://github.com/fedora-infra/bodhi.git",
        "http://www.github.com/fedora-infra/bodhi?tab=readme-ov-file#readme",
        "HTTPS://GitHub.com/fedora-infra/bodhi", "https://user@github.com:443/fedora-infra/bodhi",
        "github.com/fedora-infra/bodhi", "git@github.com:fedora-infra/bodhi.git",
        "ssh://git@github.com/fedora-infra/bodhi.git", "https://github.com/fedora-infra/bodhi/settings/hooks/new",
        "https://github.com/fedora-infra/bodhi/tree/main/docs", "https://github.example.org/fedora-infra/bodhi",
    ])
    func `repositories of GitHub`(_ text: String) throws {
        #expect(try names("github").read(text)?.name == "fedora-infra/bodhi")
    }

    @Test func `owners`() throws {
        for text in [
            "fedora-infra", "fedora-infra/", "https://github.com/fedora-infra", "https://github.com/fedora-infra/",
            "https://github.com/orgs/fedora-infra/repositories", "github.com/fedora-infra?tab=repositories",
        ] {
            #expect(try names("github").read(text)?.name == "fedora-infra", "\(text)")
        }
        #expect(try names("gitlab").read("https://gitlab.com/groups/fedora/infra/-/hooks")?.name == "fedora/infra")
        #expect(try names("forgejo").read("https://codeberg.org/org/fedora/settings/hooks")?.name == "fedora")
    }

    /// GitHub knows two parts, GitLab any number; a repository may be called as a page is.
    @Test func `parts`() throws {
        for service in ["github", "forgejo", "gitea", "bitbucket", "dockerhub"] {
            #expect(try names(service).read("a/b/c") == nil, "\(service)")
            #expect(try names(service).read("a/b/c/d") == nil, "\(service)")
            #expect(try names(service).read("https://example.org/a/b/c/d") == nil, "\(service)")
        }
        #expect(try names("gitlab").read("a/b/c/d")?.name == "a/b/c/d")
        #expect(try names("gitlab").read("https://gitlab.com/a/b/c/d/-/issues")?.name == "a/b/c/d")
        #expect(try names("gitlab").read("https://gitlab.com/a/b/c/d.git")?.name == "a/b/c/d")
        #expect(try names("github").read("https://github.com/settings/issues")?.name == "settings/issues")
        #expect(try names("quay").read("https://quay.io/repository/fedora/fedora?tab=info")?.name == "fedora/fedora")
        #expect(try names("dockerhub").read("https://hub.docker.com/r/fedora/apache")?.name == "fedora/apache")
        #expect(try names("pagure").read("https://pagure.io/fork/zoe/ns/name/settings")?.name == "fork/zoe/ns/name")
        #expect(
            try names("bitbucket").read("https://bitbucket.org/fedora/x/admin/webhooks")?.name == "fedora/x")
        #expect(try names("bitbucket").read("https://git.example.org/projects/PRJ/repos/x/browse")?.name == "PRJ/x")
        #expect(try names("bitbucket").read("https://git.example.org/projects/PRJ")?.name == "PRJ")
    }

    @Test func `hosts`() throws {
        #expect(try names("github").read("https://gitlab.com/a/b")?.host == "gitlab.com")
        #expect(try names("github").read("a/b")?.host == nil)
        for text in ["", "/", "//", "https://", "https:///", "://", "git@:", "@", "https://github.com"] {
            #expect(try names("github").read(text)?.name.contains("github") != true, "\(text)")
        }
    }

    /// No two services have one host.
    @Test func `hosts are of one service`() {
        let hosts = ServiceRegistry.builtIn.flatMap(\.repositoryNames.hosts)
        #expect(Set(hosts).count == hosts.count)
        #expect(hosts.allSatisfy { $0 == $0.lowercased() })
    }
}
