import PortcullisCore
import PortcullisGate

/// What a person sees first: the verdict in a sentence, the arms, the rules, the cases to look at, and how to see more.
package struct TerminalReport: Reporter {
  private let style: TerminalStyle

  package init(style: TerminalStyle = TerminalStyle()) { self.style = style }

  package func write(_ input: ReportInput, to sink: inout some TextSink) throws {
    let isFull = style.detail == .full
    let gap = isFull ? [""] : []
    var lines = verdict(input.decision) + facts(input) + gap
    lines += arms(input.decision) + gap
    lines += RulingTable(input.decision, style).lines
    let worst = input.worst.prefix(isFull ? input.worst.count : 2)
    if isFull, !worst.isEmpty { lines += ["", Tone.bold.paint("cases to look at first", style)] }
    for comparison in worst { lines += gap + CaseBlock(comparison, style).lines }
    if isFull, !input.decision.guarantees.isEmpty {
      lines += ["", Tone.bold.paint("what this proves", style)]
      for guarantee in input.decision.guarantees { lines += hanging(Paragraph(guarantee), head: style.glyph("  · ", "  - "), style) }
    }
    lines += gap + ending(input)
    for line in lines { try sink.write(line + "\n") }
  }

  /// The verdict word and its sentence; the first line of every report.
  private func verdict(_ decision: Decision) -> [String] {
    let word = decision.verdict.rawValue
    let head = style.isColoured ? decision.verdict.tone.paint(" \(word) ", style, reversed: true) : word
    return hanging(Paragraph(decision.sentence, .bold), head: head + "  ", style)
  }

  private func facts(_ input: ReportInput) -> [String] {
    let run = input.run
    let sets = run.evalsets.map { calm($0) }.joined(separator: ", ")
    let pieces =
      [sets, run.caseCount, run.duration.short, "run \(run.id.text)"] + run.notes
      + input.decision.attempt.words + input.decision.idleWaivers
    return hanging(Paragraph(pieces.joined(separator: style.glyph(" · ", ", ")), .dim), head: "", indent: 2, style)
  }

  private func ending(_ input: ReportInput) -> [String] {
    var out = Paragraph("exit \(input.decision.exitCode.rawValue)", input.decision.exitCode == .pass ? .good : input.decision.verdict.tone)
    if let command = input.run.seeMore { out.add("\(style.glyph("·", "-")) see more: \(command)", .dim) }
    return hanging(out, head: "", indent: 2, style)
  }

  private func arms(_ decision: Decision) -> [String] {
    var rows = decision.arms.map { arm in
      [
        arm.arm.rawValue, calm(decision.context.target(of: arm.arm)?.label ?? "", limit: 200), "\(arm.passed)/\(arm.scored) passed",
        arm.cost(decision.context.currency), arm.latencyP50.map { "p50 \($0.short)" } ?? "", arm.latencyP95.map { "p95 \($0.short)" } ?? "",
      ]
    }
    var widths = (0..<6).map { column in rows.map { displayWidth($0[column]) }.max() ?? 0 }
    // Only a target's name may be long; it gives way.
    widths[1] = min(widths[1], max(8, style.width - 10 - widths.reduce(0, +) + widths[1]))
    for row in rows.indices { rows[row][1] = clipped(rows[row][1], to: widths[1], mark: style.glyph("…", "~")) }
    var out = [String]()
    for (arm, row) in zip(decision.arms, rows) {
      let cells = row.indices.map { $0 == 2 ? blanks(widths[2] - displayWidth(row[2])) + row[2] : padded(row[$0], to: widths[$0]) }
      out.append(trimmed(cells.joined(separator: "  ")))
      out += hanging(troubles(arm), head: blanks(widths[0] + 2), style)
      if style.detail == .full, let repeats = arm.repeats {
        out += hanging(Paragraph("repeats: " + repeats.words(times: style.glyph("×", "x")), .dim), head: blanks(widths[0] + 2), style)
      }
    }
    if let churn = decision.churn {
      out.append(padded("cases", to: widths[0] + 2) + "\(churn.fixed) fixed, \(churn.broken) broken, \(churn.same) the same")
    }
    return out
  }

  /// What an arm's counts hide: trials without a score, call failures, answers that are not of today.
  private func troubles(_ arm: ArmSummary) -> Paragraph {
    var pieces = [String]()
    if arm.scored < arm.planned { pieces.append("\(arm.planned - arm.scored) of \(arm.planned) trials not scored") }
    pieces += arm.failures.map { "\($0.kind.rawValue) \($0.count)" }
    if arm.reused > 0 { pieces.append("\(arm.reused) answers reused from an earlier run") }
    return Paragraph(pieces.joined(separator: ", "), .warning)
  }
}

private func trimmed(_ line: String) -> String {
  var line = line[...]
  while line.hasSuffix(" ") { line.removeLast() }
  return String(line)
}
