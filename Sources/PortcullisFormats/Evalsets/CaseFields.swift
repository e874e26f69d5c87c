import PortcullisChecks
import PortcullisCore

/// The fields of a case (formats.md §3), in the order of the reference.
let caseFields = [
  "id", "input", "messages", "vars", "turns", "expected", "context", "checks", "behaviour", "tags", "severity", "origin", "cluster",
  "metadata",
  "repeats", "threshold", "incident", "allow_empty", "allow_truncated", "quarantine",
]

/// Those a table can hold as they are; mappings are spread over columns such as `tags.language`.
let tableFields = [
  "id", "input", "expected", "behaviour", "severity", "origin", "cluster", "repeats", "threshold", "allow_empty", "allow_truncated",
]

let spreadPrefixes = ["tags.", "vars.", "metadata."]

/// Whether a name is a field of a case, also a spread one (`tags.NAME`).
func isCaseField(_ name: String) -> Bool {
  caseFields.contains(name) || spreadPrefixes.contains { name.hasPrefix($0) && name.utf8.count > $0.utf8.count }
}

func caseFieldHelp(for name: String) -> String? { suggestion(for: name, among: caseFields + ["tags.NAME", "vars.NAME", "metadata.NAME"]) }

/// Why a column of a table may not be there; nil for a good one.
func problem(inColumn name: String) -> (message: String, help: String?)? {
  if name.isEmpty { return ("a column has no name", nil) }
  if tableFields.contains(name) || spreadPrefixes.contains(where: { name.hasPrefix($0) && name.utf8.count > $0.utf8.count }) { return nil }
  if name.hasPrefix("check.") {
    let kind = String(name.dropFirst(6))
    if CheckCatalogue.kind(named: kind) != nil { return nil }
    return ("unknown check '\(kind)' in the column '\(name)'", suggestion(for: kind, among: CheckCatalogue.names))
  }
  if caseFields.contains(name) {
    return (
      "a table cannot hold '\(name)'", "write such cases in YAML or JSON Lines" + (name == "checks" ? ", or use columns 'check.KIND'" : "")
    )
  }
  return (
    "unknown column '\(name)'", suggestion(for: name, among: tableFields + ["tags.NAME", "vars.NAME", "metadata.NAME", "check.KIND"])
  )
}

let repeatsRange = 1...1000

/// A case's or evalset's `threshold`: a share above 0.
func readThreshold(_ node: Node, _ problems: FileProblems) -> Double? {
  guard let share = problems.share(node, "threshold") else { return nil }
  if share > 0 { return share }
  problems.error("'threshold' is 0; it must be above 0", at: node.position, help: "it is the share of check weight that must pass")
  return nil
}

/// Tags in the order written. The dimensions every case has cannot be tags too.
func readTags(_ entries: [Node.Entry], _ problems: FileProblems) -> [Case.Tag] {
  entries.compactMap { entry in
    if ["behaviour", "severity", "evalset"].contains(entry.key) {
      problems.errorOnce(
        "a tag may not be called '\(entry.key)'", for: "tag.\(entry.key)", at: entry.keyPosition, help: "it is a field of its own")
      return nil
    }
    if let trouble = problem(inID: entry.key) {
      problems.errorOnce("the tag name '\(entry.key)': \(trouble)", for: "tag.\(entry.key)", at: entry.keyPosition)
      return nil
    }
    return problems.label(entry.value, entry.key).map { Case.Tag(name: entry.key, value: $0) }
  }
}
