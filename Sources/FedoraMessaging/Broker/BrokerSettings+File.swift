extension BrokerSettings {
    /// Reads fedora-messaging's own configuration file.
    ///
    /// As there, keys of the top level are taken in either case, a table replaces its default whole, and an unknown
    /// key is an error. What concerns only consumers and the Python library is accepted and not looked at.
    /// - Throws: ``SettingsError`` with all that is wrong, by line.
    public static func load(path: String) throws(SettingsError) -> BrokerSettings {
        try BrokerSettings(document: TOMLDocument(path: path))
    }

    package init(document: TOMLDocument) throws(SettingsError) {
        var reader = BrokerFileReader(document: document)
        self = reader.read()
        if !reader.problems.isEmpty { throw SettingsError(reader.problems) }
    }
}
