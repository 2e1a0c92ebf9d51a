import ArgumentParser

/// `webhook2fedmsg keys …`: the root key.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Show how the root keys stand, and put another one into use.",
        discussion: """
            Secrets are sealed in the database under the root key. To put another one into use while servers run:

              1. Make it: (umask 077; head -c 32 /dev/urandom | base64 > new.key)
              2. On every replica, set keys.root_key_file to the new file and keys.former_key_files to the old one, and \
            restart, one replica after the other. They go on using the old key.
              3. Run "keys rotate" once, anywhere. From then on all replicas use the new one.
              4. When "keys status" shows nothing under the old key, take it out of keys.former_key_files, and restart \
            when it suits.
            """,
        subcommands: [KeysCommandStatus.self, KeysCommandRotate.self])
}
