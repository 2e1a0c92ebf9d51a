import ArgumentParser

/// `webhook2fedmsg keys …`: the root key.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Show the root keys, and switch to another one.",
        discussion: """
            Secrets are sealed in the database under the root key. To switch to another one while servers run:

              1. Create it: (umask 077; head -c 32 /dev/urandom | base64 > new.key)
              2. On every replica, set keys.root_key_file to the new file and keys.former_key_files to the old one, and \
            restart, one replica after the other. They keep using the old key.
              3. Run "keys rotate" once, anywhere. From then on all replicas use the new one.
              4. When "keys status" shows nothing under the old key, remove it from keys.former_key_files, and \
            restart at any time.
            """,
        subcommands: [KeysCommandStatus.self, KeysCommandRotate.self])
}
