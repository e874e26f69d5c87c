import PortcullisChecks
import PortcullisCore

/// What an `evalset.yaml` says beside its cases (formats.md §2); every key has a default.
struct EvalsetSettings {
  var name: String
  var version: String?
  var description: String?
  var owner: String?
  var derivedFrom: [Lineage] = []
  var prompt: CasePrompt?
  var defaults = CaseDefaults()
  var behaviours: [DeclaredBehaviour] = []
  /// As written, globs not yet expanded; nil where the file names none.
  var sources: [SourceName]?
  /// The folder as written, and where; nil: `rubrics`, if there is one.
  var rubrics: (name: String, place: Place)?
  /// Whether what the cases rest on (prompt, defaults) could be read: else every case would look wrong.
  var isWhole = true
}

/// Where an evalset came from.
package struct Lineage: Sendable, Hashable {
  package let name: String
  package let digest: String?
  package let note: String?
}

/// A behaviour the evalset promises to test.
package struct DeclaredBehaviour: Sendable, Hashable {
  package let name: String
  /// Fewer cases are a problem in `validate`, and inconclusive in the gate.
  package let minCases: Int
}

/// What a case has where it says nothing.
struct CaseDefaults {
  /// Come before a case's own.
  var checks: [PlacedCheck] = []
  var tags: [Case.Tag] = []
  var severity = Case.Severity.normal
  var repeats: Int?
  var threshold = 1.0
}

/// The template for cases that give `vars`, read once.
struct CasePrompt {
  let file: String
  let text: PromptText
  let template: Template
}

/// A file or glob of cases as written in `cases`.
struct SourceName {
  let pattern: String
  let mapping: FieldMapping?
  let place: Place
}

extension EvalsetSettings {
  /// Decodes the file's root. `read`: the text of a file that is named, or nil with the problem reported.
  init(_ root: Node, name: String, _ problems: FileProblems, read: (_ name: String, _ place: Place) -> (file: String, text: String)?) {
    self.name = name
    guard var reader = FieldReader(root, "the evalset", problems) else { return }
    if let node = reader.node("name"), let written = problems.label(node, "name") {
      if let trouble = problem(inID: written) ?? (written.contains("/") ? "a name may not contain '/'" : nil) {
        problems.error("'name' is '\(written)': \(trouble)", at: node.position)
      } else {
        self.name = written
      }
    }
    version = reader.label("version")
    description = reader.text("description")
    owner = reader.text("owner")
    for node in reader.list("derived_from") ?? [] {
      guard var entry = FieldReader(node, "an entry of 'derived_from'", problems) else { continue }
      if let name = entry.text("name", required: true) {
        derivedFrom.append(Lineage(name: name, digest: entry.text("digest"), note: entry.text("note")))
      }
      entry.finish()
    }
    let before = problems.list.errorCount
    if let node = reader.node("prompt"), let named = problems.text(node, "prompt") {
      prompt = read(named, problems.place(node.position)).flatMap { CasePrompt(file: $0.file, text: $0.text, problems.list) }
    }
    if var entry = reader.mapping("defaults") {
      defaults = CaseDefaults(&entry, problems)
      entry.finish()
    }
    isWhole = problems.list.errorCount == before
    for entry in reader.entries("behaviours") ?? [] {
      guard var fields = FieldReader(entry.value, "behaviour '\(entry.key)'", problems) else { continue }
      let minCases = fields.int("min_cases", in: 1...1_000_000) ?? 1
      fields.finish()
      behaviours.append(DeclaredBehaviour(name: entry.key, minCases: minCases))
    }
    if let node = reader.node("cases") { sources = sourceNames(node, problems) }
    if let node = reader.node("rubrics"), let folder = problems.text(node, "rubrics") { rubrics = (folder, problems.place(node.position)) }
    reader.finish()
  }
}

extension CaseDefaults {
  init(_ reader: inout FieldReader, _ problems: FileProblems) {
    if let node = reader.node("checks") { checks = readChecks(node, problems) }
    if let entries = reader.entries("tags") { tags = readTags(entries, problems).sorted { precedes($0.name, $1.name) } }
    severity = reader.oneOf("severity") ?? .normal
    repeats = reader.int("repeats", in: repeatsRange)
    threshold = reader.node("threshold").flatMap { readThreshold($0, problems) } ?? 1
  }
}

extension CasePrompt {
  /// nil, with the problem reported, where the text is no template.
  init?(file: String, text: String, _ list: ProblemList) {
    self.file = file
    self.text = PromptText(text)
    do { template = try Template(parsing: text) } catch {
      list.add(error.diagnostic(in: file))
      return nil
    }
  }
}

/// `cases`: a glob, a mapping with `file`, or a list of them.
private func sourceNames(_ node: Node, _ problems: FileProblems) -> [SourceName] {
  let nodes = node.sequence ?? [node]
  if nodes.isEmpty || node.isNull {
    problems.error("'cases' names no file", at: node.position, help: "name one, as in 'cases: cases.yaml', or leave the key out")
    return []
  }
  return nodes.compactMap { node in
    let place = problems.place(node.position)
    guard node.mapping != nil else {
      return problems.text(node, "cases").map { SourceName(pattern: $0, mapping: nil, place: place) }
    }
    guard var reader = FieldReader(node, "an entry of 'cases'", problems) else { return nil }
    let file = reader.text("file", required: true)
    let fields = reader.entries("fields") ?? []
    let ignored = reader.texts("ignore") ?? []
    reader.finish()
    let mapping = FieldMapping(fields: fields, ignored: ignored, problems)
    return file.map { SourceName(pattern: $0, mapping: mapping, place: place) }
  }
}

/// By bytes, so that every machine sorts alike.
func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
