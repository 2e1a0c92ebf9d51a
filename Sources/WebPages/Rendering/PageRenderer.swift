/// Makes pages: fills templates with view models. Made once; used from any loop.
package struct PageRenderer: Sendable {
    /// The files that pages refer to.
    package let assets: AssetCatalog
    private let library: TemplateLibrary
    private let assetNames: [String: String]

    /// With the templates and assets that are part of the program.
    ///
    /// - Throws: ``TemplateError``.
    package init() throws(TemplateError) {
        try self.init(templates: EmbeddedTemplates.sources, assets: AssetCatalog())
    }

    /// With other templates and assets: for trying them out without compiling.
    package init(templates: [String: String], assets: AssetCatalog) throws(TemplateError) {
        library = try TemplateLibrary(templates)
        self.assets = assets
        assetNames = assets.urls
    }

    /// A whole HTML document, UTF-8.
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

    /// The values that the template sees: the content's properties, and `title`, `frame` and `assets`.
    func root(_ content: some PageContent, in frame: PageFrame) -> TemplateNode {
        var members = (TemplateNode.value(of: content) as? TemplateNode)?.members ?? [:]
        members["title"] = content.title
        members["frame"] = TemplateNode.value(of: frame)
        members["assets"] = TemplateNode(members: assetNames)
        return TemplateNode(members: members)
    }
}
