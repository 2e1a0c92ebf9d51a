/// A property of the connection, for the people who administrate it.
public struct ClientProperty: Sendable, Equatable {
    /// A property's value.
    public enum Value: Sendable, Equatable {
        /// A string in UTF-8.
        case string(String)
        /// An integer.
        case integer(Int)
        /// A boolean.
        case boolean(Bool)
    }

    /// The property's name: at most 255 bytes.
    public var name: String
    /// The property's value.
    public var value: Value

    /// A property of these two.
    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }

    /// The names that identify the client software; fedora-messaging's configuration may not set them to anything
    /// but what it sends itself, and here they are this server's.
    static let reserved = [
        "product": "Fedora Messaging with Pika",
        "information": "https://fedora-messaging.readthedocs.io/en/stable/",
        "version": "fedora_messaging-",
    ]

    /// The property that there is where nothing else is said.
    static let app = ClientProperty(name: "app", value: .string("webhook2fedmsg"))

    /// The properties of a `client_properties` table, by name; with those of `standard` that it does not set.
    /// - Throws: what is wrong with which property.
    package static func list(
        of table: [String: SettingValue], standard: [ClientProperty] = [app]
    ) -> Result<[ClientProperty], Rejected> {
        var properties: [ClientProperty] = []
        for (name, setting) in table.sorted(by: { $0.key < $1.key }) {
            if let reserved = reserved[name] {
                if case .string(let text) = setting, text.hasPrefix(reserved) { continue }
                return .failure(Rejected(name: name, message: "this property is reserved: it names the software"))
            }
            guard name.utf8.count <= 255 else {
                return .failure(Rejected(name: name, message: "the name has more than 255 bytes"))
            }
            switch setting {
            case .string(let text): properties.append(ClientProperty(name: name, value: .string(text)))
            case .integer(let number): properties.append(ClientProperty(name: name, value: .integer(number)))
            case .boolean(let flag): properties.append(ClientProperty(name: name, value: .boolean(flag)))
            default:
                return .failure(
                    Rejected(
                        name: name, message: "expected a string, an integer or a boolean, found \(setting.kind)"))
            }
        }
        properties.insert(contentsOf: standard.filter { table[$0.name] == nil }, at: 0)
        return .success(properties)
    }

    /// A property that can't be sent.
    package struct Rejected: Error {
        package let name: String
        package let message: String
    }
}
