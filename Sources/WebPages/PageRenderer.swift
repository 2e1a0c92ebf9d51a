/// The typed content of one page: its stored properties are what its template may ask for.
package protocol PageContent: Sendable {
    /// The template's name.
    static var template: String { get }
    /// The page's title, for the window.
    var title: String { get }
}

/// Renders pages: fills templates with view models. Created once; used from any loop.
package struct PageRenderer: Sendable {
    /// The files that pages refer to.
    package let assets: AssetCatalog
    private let library: TemplateLibrary
    private let assetNames: [String: String]

    /// Creates a renderer with the templates and assets that are part of the program.
    ///
    /// - Throws: ``TemplateError``.
    package init() throws(TemplateError) {
        try self.init(templates: EmbeddedTemplates.sources, assets: AssetCatalog())
    }

    /// Creates a renderer with other templates and assets, for trying them out without compiling.
    package init(templates: [String: String], assets: AssetCatalog) throws(TemplateError) {
        library = try TemplateLibrary(templates)
        self.assets = assets
        assetNames = assets.urls
    }

    /// Returns a whole HTML document in UTF-8.
    ///
    /// - Throws: ``TemplateError`` if the page's template is not there.
    package func render(_ content: some PageContent, in frame: PageFrame) throws(TemplateError) -> [UInt8] {
        Array(try text(content, in: frame).utf8)
    }

    func text<Content: PageContent>(_ content: Content, in frame: PageFrame) throws(TemplateError) -> String {
        guard let text = library.render(root(content, in: frame), template: Content.template) else {
            throw TemplateError(template: Content.template, problem: "there is none of this name")
        }
        return text
    }

    /// Returns the values that the template sees: the content's properties, and `title`, `frame` and `assets`.
    func root(_ content: some PageContent, in frame: PageFrame) -> TemplateNode {
        var members = (TemplateNode.value(of: content) as? TemplateNode)?.members ?? [:]
        members["title"] = content.title
        members["frame"] = TemplateNode.value(of: frame)
        members["assets"] = TemplateNode(members: assetNames)
        return TemplateNode(members: members)
    }
}

/// The templates, compiled in from `Resources/templates`. A test holds the list against the folder.
enum EmbeddedTemplates {
    /// The texts by the names that templates call each other by.
    static var sources: [String: String] {
        [
            "account": text(PackageResources.account_mustache),
            "admin": text(PackageResources.admin_mustache),
            "adminpeople": text(PackageResources.adminpeople_mustache),
            "admintabs": text(PackageResources.admintabs_mustache),
            "admintokens": text(PackageResources.admintokens_mustache),
            "badge": text(PackageResources.badge_mustache),
            "check": text(PackageResources.check_mustache),
            "copyfield": text(PackageResources.copyfield_mustache),
            "crumbs": text(PackageResources.crumbs_mustache),
            "csrf": text(PackageResources.csrf_mustache),
            "deliveries": text(PackageResources.deliveries_mustache),
            "devlogin": text(PackageResources.devlogin_mustache),
            "empty": text(PackageResources.empty_mustache),
            "errors": text(PackageResources.errors_mustache),
            "field": text(PackageResources.field_mustache),
            "guide": text(PackageResources.guide_mustache),
            "history": text(PackageResources.history_mustache),
            "home": text(PackageResources.home_mustache),
            "icons": text(PackageResources.icons_mustache),
            "landing": text(PackageResources.landing_mustache),
            "layout": text(PackageResources.layout_mustache),
            "message": text(PackageResources.message_mustache),
            "newtoken": text(PackageResources.newtoken_mustache),
            "pager": text(PackageResources.pager_mustache),
            "private": text(PackageResources.private_mustache),
            "secret": text(PackageResources.secret_mustache),
            "select": text(PackageResources.select_mustache),
            "services": text(PackageResources.services_mustache),
            "setup": text(PackageResources.setup_mustache),
            "state": text(PackageResources.state_mustache),
            "time": text(PackageResources.time_mustache),
            "token": text(PackageResources.token_mustache),
            "tokenfilter": text(PackageResources.tokenfilter_mustache),
            "tokens": text(PackageResources.tokens_mustache),
            "until": text(PackageResources.until_mustache),
            "tokentable": text(PackageResources.tokentable_mustache),
            "waiting": text(PackageResources.waiting_mustache),
        ]
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
