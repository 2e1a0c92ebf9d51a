import FedoraMessaging
import WebhookServices

extension ConfigurationLoader {
    /// The section that has the configured services in it.
    static let servicesSection = "services"
    /// The longest name: there must be room for the rest of a topic.
    private static let maximumNameBytes = 32

    /// Takes what a file says of `[services.NAME]`.
    mutating func applyService(_ name: String, _ entries: [String: SettingValue], _ document: TOMLDocument) {
        let section = "\(Self.servicesSection).\(name)"
        let place = document.source(of: [Self.servicesSection, name])
        note(place, for: section)
        if let message = Self.problem(ofName: name) { return reject(section, message) }
        var service = GenericServiceConfiguration()
        for (key, value) in entries {
            let path = "\(section).\(key)"
            note(document.source(of: [Self.servicesSection, name, key]), for: path)
            guard let setting = GenericServiceConfiguration.keys.first(where: { $0.name == key }) else {
                let nearest = NearestName.of(key, among: GenericServiceConfiguration.keys.map(\.name)) ?? ""
                reject(path, "there is no such key in [\(section)]; the nearest is \"\(nearest)\"")
                continue
            }
            do throws(SettingRejected) {
                try setting.assign(.toml(value), &service)
            } catch {
                reject(path, error.message)
            }
        }
        guard GenericServiceConfiguration.keys.allSatisfy({ areSound("\(section).\($0.name)") }) else { return }
        do throws(GenericServiceConfiguration.Problem) {
            configuration.services.configured.append(try service.service(named: name))
            configuration.services.configured.sort { $0.name < $1.name }
        } catch {
            let path = "\(section).\(error.key)"
            reject(path, error.message, at: source(of: path) ?? place)
        }
    }

    /// Returns the fault of a service's name; `nil` if it has none.
    private static func problem(ofName name: String) -> String? {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        let first = name.first ?? "-"
        guard isPlain, first.isLetter, name.last != "-", name.utf8.count <= maximumNameBytes else {
            return "a service's name has a-z, 0-9 and \"-\", begins with a letter, and has at most \(maximumNameBytes) "
                + "characters"
        }
        if ServiceRegistry.service(named: name) != nil { return "there is a built-in service of that name" }
        return ServiceRegistry.reservedNames.contains(name)
            ? "that name is taken: something else is, or may come to be, at /\(name)" : nil
    }
}
