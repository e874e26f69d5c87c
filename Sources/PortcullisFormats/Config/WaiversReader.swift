import PortcullisCore
import PortcullisGate

/// Reads the file of waivers: a list of `{rule, metric, slice, by, reason, expires}`.
///
/// A waiver opens a gate, so nothing in it is guessed: who, why and until when must be there, and one whose day is over is a problem.
struct WaiversReader {
  let problems: FileProblems
  /// `YYYY-MM-DD`, to tell an expired waiver; nil leaves that open.
  let today: String?

  func waivers(_ root: Node?) -> [Waiver] {
    guard let root else { return [] }
    guard let nodes = root.sequence else {
      problems.error("the waivers are \(root.shown); they must be a list", at: root.position, help: "begin each waiver with '- '")
      return []
    }
    var read: [Waiver] = []
    for node in nodes {
      guard let waiver = waiver(node) else { continue }
      if read.contains(where: { $0.isOfSameRuling(as: waiver) }) {
        problems.error("'\(waiver.title)' is waived twice", at: node.position, help: "keep one of them")
        continue
      }
      read.append(waiver)
    }
    return read
  }

  private func waiver(_ node: Node) -> Waiver? {
    guard var fields = FieldReader(node, "a waiver", problems) else { return nil }
    let errors = problems.list.errorCount
    let rule = fields.node("rule", required: true).flatMap { problems.text($0, "rule") }
    if let rule { check(rule, at: fields.position(of: "rule")) }
    let metric = fields.label("metric")
    let slice = fields.node("slice").flatMap { self.slice($0) }
    let by = fields.label("by", required: true)
    if let by, let trouble = problem(inName: by) {
      problems.error("'by': \(trouble)", at: fields.position(of: "by"), help: "name a person")
    }
    let reason = fields.label("reason", required: true)
    if let reason, let trouble = problem(inReason: reason) { problems.error("'reason': \(trouble)", at: fields.position(of: "reason")) }
    let expires = fields.node("expires", required: true).flatMap { problems.day($0, "expires") }
    if let expires, let today, precedes(expires, today) {
      problems.error(
        "the waiver of '\(rule ?? "?")' expired on \(expires)", at: fields.position(of: "expires"),
        help: "delete it, or let a person give it a new day and reason")
    }
    fields.finish()
    guard let rule, let by, let reason, let expires, problems.list.errorCount == errors else { return nil }
    return Waiver(rule: rule, metric: metric, slice: slice, by: by, reason: reason, expires: expires)
  }

  private func check(_ rule: String, at position: Position) {
    if Waiver.unwaivable.contains(where: { sameBytes($0, rule) }) {
      problems.error(
        "'\(rule)' cannot be waived", at: position, help: "without it the other rulings do not mean what they say; mend what it found")
    } else if RuleReader.later.contains(where: { sameBytes($0, rule) }) {
      problems.error("'\(rule)' is not available in this version, so there is nothing to waive", at: position, help: "remove the waiver")
    } else if !known.contains(where: { sameBytes($0, rule) }) {
      problems.error("unknown rule '\(rule)'", at: position, help: suggestion(for: rule, among: known))
    }
  }

  private var known: [String] { RuleReader.available.filter { !Waiver.unwaivable.contains($0) } + stageRules }

  /// Rules that shadow and canary have beside the offline ones.
  private var stageRules: [String] { RuleReader.ofShadow + ["cache-hit"] }

  private func slice(_ node: Node) -> Case.Tag? {
    guard let text = problems.text(node, "slice") else { return nil }
    guard let tag = Case.Tag(written: text), !tag.name.isEmpty else {
      problems.error("'slice' is '\(text)', which is no slice", at: node.position, help: "write it as reports do: 'language=de'")
      return nil
    }
    return tag
  }
}

extension Waiver {
  fileprivate func isOfSameRuling(as other: Waiver) -> Bool { sameBytes(title, other.title) }
}
