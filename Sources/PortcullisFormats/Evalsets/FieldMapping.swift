/// How the fields of a data set people already have are called here: `fields: {expected: expected_answer}`.
struct FieldMapping: Sendable {
  /// Ours for each of theirs; one of theirs may feed several of ours.
  private let ours: [String: [String]]
  private let ignored: Set<String>

  init(fields: [Node.Entry], ignored: [String], _ problems: FileProblems) {
    var ours = [String: [String]](), dropped = Set(ignored)
    for entry in fields {
      guard let theirs = problems.text(entry.value, entry.key) else { continue }
      if !isCaseField(entry.key) {
        problems.error("'\(entry.key)' is no field of a case", at: entry.keyPosition, help: caseFieldHelp(for: entry.key))
        dropped.insert(theirs)
        continue
      }
      ours[theirs, default: []].append(entry.key)
    }
    for name in ignored where ours[name] != nil {
      problems.error("'\(name)' is both read and ignored", at: fields.first?.keyPosition)
    }
    self.ours = ours
    self.ignored = dropped
  }

  /// What a field of theirs is called here: no name where it is ignored.
  func names(for theirs: String) -> [String] { ours[theirs] ?? (ignored.contains(theirs) ? [] : [theirs]) }

  /// The record with our names. Anything but a mapping stays as it is.
  func apply(_ node: Node) -> Node {
    guard let entries = node.mapping else { return node }
    var renamed = [Node.Entry]()
    for entry in entries {
      for name in names(for: entry.key) {
        renamed.append(Node.Entry(key: name, keyPosition: entry.keyPosition, value: entry.value))
      }
    }
    return Node(.mapping(renamed), at: node.position)
  }
}
