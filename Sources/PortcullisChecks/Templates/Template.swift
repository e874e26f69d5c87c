package import PortcullisCore

/// A prompt template: text with `{{ values }}`, `{% if %}`, `{% for %}` and `{# comments #}`, in the manner of Jinja.
///
/// - Values are printed once and never read as a template again, whatever stands in them. There is no code, no file, no environment.
/// - A name without a value is an error, as is null, unless `default` or `is defined` cares for it.
/// - A line that holds only tags and comments vanishes whole; `-` at a delimiter takes all white space on that side, `+` keeps it.
///   One line end at the end of the template does not count.
/// - `{{ a.b[0]["c d"] | filter(x) }}`, `and or not == != < <= > >= in is`, `A if C else B`, `~` joins texts; `{% raw %}`.
///   In a loop: `loop.index`, `index0`, `revindex`, `first`, `last`, `length`. Lists and mappings print as JSON.
///
/// Read once, render often: rendering looks at no text of the template again.
package struct Template: Sendable {
  private let source: [UInt8]
  private let nodes: [TemplateNode]
  private let used: [TemplateVariable]

  /// Bytes of a template, and of what it may render to.
  package static let outputLimit = 4 << 20

  package init(parsing text: String) throws(TemplateProblem) {
    var source = Array(text.utf8)
    guard source.count <= Self.outputLimit else {
      throw TemplateProblem("the template has \(source.count) bytes; at most \(Self.outputLimit) are allowed", at: 0, of: [])
    }
    if source.last == 0x0A { source.removeLast() }
    if source.last == 0x0D { source.removeLast() }
    var parser = try TemplateParser(source: source)
    nodes = try parser.template()
    used = parser.variables
    self.source = source
  }

  /// The text with `values` in it.
  package func render(_ values: JSONObject) throws(TemplateProblem) -> String {
    if case .text(let text)? = nodes.first, nodes.count == 1 { return text }
    var renderer = TemplateRenderer(source: source, values: values)
    return try renderer.render(nodes)
  }

  /// The names of the values it looks at, in the order of their first use, each once; names bound by loops are not among them.
  package var variables: [String] {
    var names = [String]()
    for variable in used where !names.contains(where: { sameBytes($0, variable.name) }) { names.append(variable.name) }
    return names
  }

  package func uses(_ name: String) -> Bool { used.contains { sameBytes($0.name, name) } }

  /// The first place of a variable that none of `known` names and that the template does not ask about (`is defined`, `default`).
  ///
  /// What only rendering can tell (a member of a mapping, an index) it does not see.
  package func undefinedVariable(known: [String]) -> TemplateProblem? {
    let optional = used.filter(\.isOptional).map(\.name)
    let missing = used.first { variable in
      !known.contains { sameBytes($0, variable.name) } && !optional.contains { sameBytes($0, variable.name) }
    }
    return missing.map {
      TemplateProblem("undefined variable '\($0.name)'", help: suggestion(for: $0.name, among: known), at: $0.offset, of: source)
    }
  }
}
