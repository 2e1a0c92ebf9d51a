/// The files that pages refer to, compiled in from `Resources/assets`. A test holds the list against the folder.
enum EmbeddedAssets {
    /// The bytes by the files' names.
    static var sources: [String: [UInt8]] {
        [
            "empty.svg": PackageResources.empty_svg,
            "hero.svg": PackageResources.hero_svg,
            "icon.svg": PackageResources.icon_svg,
            "lost.svg": PackageResources.lost_svg,
            "script.js": PackageResources.script_js,
            "style.css": PackageResources.style_css,
        ]
    }
}
