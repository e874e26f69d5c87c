import PortcullisChecks
import PortcullisCore

/// Reads the argument of a check from a cell of a table, which has no types.
///
/// A cell is text. Where it could also be JSON (`120`, `["a", "b"]`, `{"pattern": …}`) and the check refuses it as text, it is that JSON;
/// a check that takes no argument is asked for by `true`.
struct CheckCells {
  let judges: [String: Judge]
  private var patterns = PatternCache()

  init(judges: [String: Judge]) { self.judges = judges }

  mutating func spec(kind: String, cell: Node, expected: JSON?, _ problems: FileProblems) -> CheckSpec {
    let text = cell.scalar?.text ?? ""
    if let known = CheckCatalogue.kind(named: kind), known.arguments.isEmpty {
      if text.lowercased() != "true" {
        problems.error(
          "'\(kind)' takes no argument, but the cell is '\(text)'", at: cell.position, help: "write true, or leave the cell empty")
      }
      return CheckSpec(kind: kind)
    }
    let asText = CheckSpec(kind: kind, argument: .string(text))
    guard couldBeJSON(text), let json = try? JSON(parsing: text), json.string == nil, !isTaken(asText, expected) else { return asText }
    return CheckSpec(kind: kind, argument: json)
  }

  private mutating func isTaken(_ spec: CheckSpec, _ expected: JSON?) -> Bool {
    guard let id = CaseID("cell") else { return false }
    let alone = Case(id: id, evalset: "", input: .messages([]), expected: expected, checks: [spec])
    return (try? CompiledChecks(compiling: alone, judges: judges, patterns: &patterns)) != nil
  }
}

/// By the first byte: most cells are plain words.
private func couldBeJSON(_ text: String) -> Bool {
  guard let first = text.utf8.first else { return false }
  return first.isDigit || "{[-tf".utf8.contains(first)
}
