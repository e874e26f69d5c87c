import PortcullisChecks
import PortcullisCore

/// A check as written, and where.
struct PlacedCheck {
  let spec: CheckSpec
  let position: Position
}

private let neighbours = ["weight", "metric", "threshold", "name"]

/// Reads a list of checks: one-key mappings or bare names, with neighbours. Whether the arguments make sense is the Checks room's to say.
func readChecks(_ node: Node, _ problems: FileProblems) -> [PlacedCheck] {
  guard let nodes = node.sequence else {
    problems.error(
      "'checks' is \(node.shown); it must be a list", at: node.position,
      help: node.mapping == nil ? nil : "put '- ' before each check")
    return []
  }
  return nodes.compactMap { readCheck($0, problems) }
}

private func readCheck(_ node: Node, _ problems: FileProblems) -> PlacedCheck? {
  guard let entries = node.mapping else {
    guard let scalar = node.scalar, !node.isNull, !scalar.text.isEmpty else {
      problems.error("a check is \(node.shown); it must be a name or a mapping", at: node.position)
      return nil
    }
    guard isKnown(scalar.text, at: node.position, problems) else { return nil }
    return PlacedCheck(spec: CheckSpec(kind: scalar.text), position: node.position)
  }
  // A check without neighbours, as nearly all are: a million of them need no reader.
  if entries.count == 1, let only = entries.first, !only.value.isNull, CheckCatalogue.kind(named: only.key) != nil {
    return PlacedCheck(spec: CheckSpec(kind: only.key, argument: problems.json(only.value)), position: only.keyPosition)
  }
  let others = entries.filter { !neighbours.contains($0.key) }
  guard let written = others.first(where: { CheckCatalogue.kind(named: $0.key) != nil }) ?? others.first else {
    problems.error("this names no check", at: node.position, help: "write one, as in 'contains: TEXT'")
    return nil
  }
  for extra in others where extra.keyPosition != written.keyPosition {
    if CheckCatalogue.kind(named: extra.key) != nil {
      problems.error(
        "'\(extra.key)' stands in the same item as '\(written.key)'", at: extra.keyPosition, help: "put '- ' before each check")
    } else {
      problems.error(
        "unknown key '\(extra.key)' beside '\(written.key)'", at: extra.keyPosition, help: suggestion(for: extra.key, among: neighbours))
    }
  }
  guard isKnown(written.key, at: written.keyPosition, problems), var reader = FieldReader(node, "the check '\(written.key)'", problems)
  else { return nil }
  let weight = reader.number("weight", in: 0...(.greatestFiniteMagnitude), above: true)
  let threshold = reader.number("threshold", in: 0...1)
  let metric = reader.text("metric")
  let name = reader.text("name")
  guard !written.value.isNull else {
    problems.error("'\(written.key)' is null", at: written.value.position, help: helpForNull(written.key))
    return nil
  }
  return PlacedCheck(
    spec: CheckSpec(
      kind: written.key, argument: problems.json(written.value), weight: weight ?? 1, metric: metric, threshold: threshold, name: name),
    position: written.keyPosition)
}

private func helpForNull(_ name: String) -> String? {
  guard let kind = CheckCatalogue.kind(named: name) else { return nil }
  if kind.arguments.isEmpty { return "it takes no argument: write '- \(name)'" }
  let canBeBare = kind.arguments.allSatisfy { $0.fallback != nil }
  return "write '\(kind.usage)'" + (canBeBare ? ", or the bare name: '- \(name)'" : "")
}

private func isKnown(_ kind: String, at position: Position, _ problems: FileProblems) -> Bool {
  if CheckCatalogue.kind(named: kind) != nil { return true }
  problems.errorOnce(
    "unknown check '\(kind)'", for: "check.\(kind)", at: position, help: suggestion(for: kind, among: CheckCatalogue.names))
  return false
}
