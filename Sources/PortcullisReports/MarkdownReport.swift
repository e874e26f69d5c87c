import PortcullisCore
import PortcullisGate

/// A page for a pull request or a GitHub job summary. GitHub drops a summary above 1 MiB whole, so it is cut below that, with a note.
package struct MarkdownReport: Reporter {
  /// Most bytes to write.
  private let limit: Int

  package init(limit: Int = 1_000_000) { self.limit = max(4096, limit) }

  package func write(_ input: ReportInput, to sink: inout some TextSink) throws {
    var page = Page(limit: limit)
    let decision = input.decision
    page.add("## \(icon(decision.verdict)) Portcullis: \(decision.verdict.rawValue)\n\n\(markdownText(decision.sentence))\n\n")
    page.add(facts(input))
    page.add("\n")
    page.add(armTable(decision))
    let scales = decision.rulings.filter(\.hasInterval).scales(columns: drawingColumns)
    page.addRows(ruleHead, decision.worstFirst.map { ruleRow($0, scales, currency: decision.context.currency) }, of: "rules")
    if !scales.isEmpty { page.add("`│` equal · `┃` limit · `├─●─┤` estimate and its interval\n\n") }
    page.addRows("### Cases to look at first\n\n", input.worst.map(details), of: "cases")
    if !decision.guarantees.isEmpty {
      page.add("\n### What this proves\n\n" + decision.guarantees.map { "- \(markdownText($0))\n" }.joined())
    }
    try sink.write(page.text)
  }
}

/// Text that stays below a number of bytes.
private struct Page {
  private(set) var text = ""
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Whether it fitted; nothing is added otherwise. A reserve stays free for the notes.
  @discardableResult
  mutating func add(_ piece: String, reserve: Int = 512) -> Bool {
    guard text.utf8.count + piece.utf8.count <= limit - reserve else { return false }
    text += piece
    return true
  }

  mutating func addRows(_ head: String, _ rows: [String], of what: String) {
    guard !rows.isEmpty else { return }
    guard add(head) else { return note("\(rows.count) \(what) left out") }
    for (index, row) in rows.enumerated() where !add(row) {
      return note("\(rows.count - index) more \(what) left out")
    }
    add("\n")
  }

  private mutating func note(_ what: String) { add("\n*Cut: \(what), so that GitHub accepts this summary.*\n\n", reserve: 0) }
}

private func icon(_ verdict: Verdict) -> String {
  switch verdict {
  case .pass: "✅"
  case .review: "👀"
  case .inconclusive: "❔"
  case .fail: "❌"
  }
}

private func facts(_ input: ReportInput) -> String {
  let run = input.run
  var lines = [
    "\(run.evalsets.map { markdownText($0) }.joined(separator: ", ")) · \(run.caseCount) · run `\(run.id.text)` · "
      + "\(markdownText(run.duration.short)) · exit code \(input.decision.exitCode.rawValue)"
  ]
  lines += (run.notes + input.decision.attempt.words + input.decision.idleWaivers).map { markdownText($0) }
  if let command = run.seeMore { lines.append("see more: \(markdownText(command))") }
  return lines.joined(separator: "  \n") + "\n"
}

private func armTable(_ decision: Decision) -> String {
  guard !decision.arms.isEmpty else { return "" }
  var out = "| arm | target | passed | scored | call failures | cost | P50 | P95 |\n|---|---|---:|---:|---|---:|---:|---:|\n"
  for arm in decision.arms {
    let target = decision.context.target(of: arm.arm).map { markdownText($0.label) } ?? ""
    let failures = arm.failures.map { markdownText("\($0.kind.rawValue) \($0.count)") }.joined(separator: ", ")
    out += "| \(arm.arm.rawValue) | \(target) | \(arm.passed) | \(arm.scored) of \(arm.planned) | \(failures.isEmpty ? "none" : failures) "
    out += "| \(markdownText(arm.cost(decision.context.currency))) | \(arm.latencyP50?.short ?? "–") | \(arm.latencyP95?.short ?? "–") |\n"
  }
  for arm in decision.arms {
    if let repeats = arm.repeats { out += "\nrepeats, \(arm.arm.rawValue): \(repeats.words())\n" }
  }
  if let churn = decision.churn { out += "\n\(churn.fixed) fixed, \(churn.broken) broken, \(churn.same) the same\n" }
  return out + "\n"
}

private let ruleHead = "| verdict | rule | | estimate | limit |\n|---|---|---|---|---|\n"

/// Wide enough to tell an interval from its limit, and narrow enough for a table of five columns.
private let drawingColumns = 21

private func ruleRow(_ ruling: Ruling, _ scales: [ScaleKey: DrawingScale], currency: String?) -> String {
  let figures = Figures(currency: currency)
  let marks = (ruling.advisory ? " (advisory)" : "") + (ruling.waived ? " (waived)" : "")
  var text = markdownText(ruling.sentence)
  if let waiver = ruling.waiver { text += "<br>" + markdownText(waiver.words) }
  if let next = ruling.next { text += "<br>" + markdownText(next) }
  if ruling.verdict != .pass, !ruling.witnesses.isEmpty {
    text += "<br>cases: " + ruling.witnesses.map { markdownText($0.text) }.joined(separator: ", ")
  }
  var estimate = figures.line(of: ruling).map { markdownText($0) } ?? ""
  if ruling.hasInterval, let scale = scales[ScaleKey(ruling)], let drawing = IntervalDrawing(ruling, scale, TerminalStyle()) {
    estimate = "`\(drawing.painted(TerminalStyle()))`<br>\(estimate)"
  }
  let limit = figures.limit(of: ruling).map { markdownText($0) } ?? ""
  return
    "| \(icon(ruling.verdict)) \(ruling.verdict.rawValue)\(marks) | \(markdownText(ruling.title)) | \(text) | \(estimate) | \(limit) |\n"
}

private func details(_ comparison: CaseComparison) -> String {
  let place = ([comparison.evalset] + [comparison.behaviour].compactMap { $0 }).joined(separator: ", ")
  var out = "<details><summary>\(htmlText(comparison.id.text)) (\(htmlText(place)))</summary>\n\n"
  out += "Asked:\n\n" + markdownFence(comparison.input, limit: 2000)
  for (arm, answer) in [("Production", comparison.production), ("Candidate", comparison.candidate)] {
    guard let answer else { continue }
    out += "\n\(arm), \(markdownText(answer.outcomeText))\n\n"
    for finding in answer.furtherFindings { out += "- \(markdownText(finding.check)): \(markdownText(finding.reason))\n" }
    out += answer.furtherFindings.isEmpty ? "" : "\n"
    out += answer.failure == nil ? markdownFence(answer.shown) : ""
  }
  return out + "\n</details>\n\n"
}
