import PortcullisCore
import PortcullisGate

/// The rules, one after the other: verdict, title, and either a drawing with its numbers or the sentence.
struct RulingTable {
  private let decision: Decision
  private let style: TerminalStyle
  private let figures: Figures
  private let titles: [String]
  private let isCrowded: Bool
  private let verdictColumns: Int
  private let titleColumns: Int
  /// Of the widest estimate, so that their last digits stand in one column.
  private let estimateColumns: Int
  private let scales: [ScaleKey: DrawingScale]

  init(_ decision: Decision, _ style: TerminalStyle) {
    self.decision = decision
    self.style = style
    figures = Figures(currency: decision.context.currency, isPlain: style.glyphs == .ascii)
    titles = shownTitles(decision.rulings)
    verdictColumns = decision.rulings.map { $0.verdict.rawValue.utf8.count }.max() ?? 4
    let most = max(20, style.width * 2 / 5)
    isCrowded = decision.rulings.count > 20
    let rows = zip(titles, decision.rulings).filter { [isCrowded] in !isJoined($1, style, isCrowded) }
    titleColumns = rows.map { displayWidth($0 + note($1)) }.filter { $0 <= most }.max() ?? 0
    let drawn = decision.rulings.filter { isDrawn($0, style) }
    let numbers = drawn.compactMap { [figures] in figures.estimate(of: $0) }
    estimateColumns = numbers.map { displayWidth($0.head) }.max() ?? 0
    let tail = numbers.map { displayWidth($0.interval) }.max() ?? 0
    let rest = style.width - verdictColumns - titleColumns - 4 - 2 - estimateColumns - 1 - tail
    scales = drawn.scales(columns: min(40, max(12, rest)))
  }

  var lines: [String] {
    var out = [String]()
    var passed = [Ruling]()  // those with nothing to draw; compact reports join them
    for (ruling, title) in zip(decision.rulings, titles) {
      if isJoined(ruling, style, isCrowded) {
        passed.append(ruling)
        continue
      }
      out += joined(passed) + row(ruling, title)
      passed = []
    }
    return out + joined(passed) + [legend].compactMap { $0 }
  }

  private var bodyColumn: Int { verdictColumns + 2 + titleColumns + 2 }

  private func joined(_ passed: [Ruling]) -> [String] {
    guard !passed.isEmpty else { return [] }
    var out = Paragraph()
    for (index, ruling) in passed.enumerated() {
      out.add(calm(ruling.title) + note(ruling) + (index == passed.count - 1 ? "" : ","))
    }
    return hanging(out, head: verdictCell(.pass), limit: 3, style)
  }

  private func row(_ ruling: Ruling, _ title: String) -> [String] {
    let tone: Tone = ruling.verdict == .pass || ruling.advisory ? .plain : .bold
    var head = verdictCell(ruling.verdict) + tone.paint(title, style) + Tone.dim.paint(note(ruling), style)
    let columns = verdictColumns + 2 + displayWidth(title + note(ruling))
    var out = [String]()
    if columns + 2 > bodyColumn {
      out += hanging(Paragraph(title + note(ruling), tone), head: verdictCell(ruling.verdict), style)
      head = blanks(bodyColumn)
    } else {
      head += blanks(bodyColumn - columns)
    }
    guard let scale = scales[ScaleKey(ruling)], let drawing = drawing(ruling, scale), let numbers = figures.estimate(of: ruling) else {
      var said = Paragraph(ruling.sentence)
      if style.detail == .full { said.add("(\(facts(ruling, isDrawn: false)))", .dim) }
      return out + hanging(said, head: head, style) + remarks(ruling, isDrawn: false)
    }
    let estimate = blanks(estimateColumns - displayWidth(numbers.head)) + numbers.head
    out.append("\(head)\(drawing.painted(style))  \(estimate)\(numbers.interval.isEmpty ? "" : " ")\(numbers.interval)")
    return out + remarks(ruling, isDrawn: true)
  }

  private func drawing(_ ruling: Ruling, _ scale: DrawingScale) -> IntervalDrawing? {
    isDrawn(ruling, style) ? IntervalDrawing(ruling, scale, style) : nil
  }

  /// What stands under a row: all of it in full reports; in compact ones only what decided the verdict and is not said above.
  private func remarks(_ ruling: Ruling, isDrawn: Bool) -> [String] {
    let isFull = style.detail == .full
    let isShut = ruling.verdict != .pass && !ruling.advisory && !ruling.waived
    let indent = blanks(6)
    var out = ruling.waiver.map { hanging(Paragraph($0.words), head: indent, style) } ?? []
    guard isFull || isShut && ruling.verdict == decision.verdict else { return out }
    if isDrawn, isFull || !decision.sentence.contains(ruling.sentence) {
      out += hanging(Paragraph(ruling.sentence), head: indent, style)
    }
    if isDrawn, isFull { out += hanging(Paragraph(facts(ruling, isDrawn: true), .dim), head: indent, style) }
    if let next = ruling.next, isShut {
      out += hanging(Paragraph(next), head: indent + Tone.dim.paint(style.glyph("→ ", "> "), style), style)
    }
    if isFull, isShut, !ruling.witnesses.isEmpty {
      let cases = ruling.witnesses.map(\.text).joined(separator: ", ")
      out += hanging(Paragraph(cases), head: indent + Tone.dim.paint("cases ", style), style)
    }
    return out
  }

  private func facts(_ ruling: Ruling, isDrawn: Bool) -> String {
    let facts = [
      isDrawn ? figures.limit(of: ruling) : nil, "n \(ruling.count)", ruling.missing > 0 ? "missing \(ruling.missing)" : nil, ruling.method,
      ruling.verdict == .pass || ruling.advisory ? ruling.next : nil,
    ]
    return facts.compactMap { $0 }.joined(separator: isDrawn ? style.glyph(" · ", ", ") : ", ")
  }

  private func verdictCell(_ verdict: Verdict) -> String {
    verdict.tone.paint(verdict.rawValue, style) + blanks(verdictColumns + 2 - verdict.rawValue.utf8.count)
  }

  /// Under the drawings where there is room, else as far to the left as it needs.
  private var legend: String? {
    guard !scales.isEmpty else { return nil }
    let equal = scales.keys.contains { $0.measure.equal != nil } ? style.glyph("│ equal   ", "| equal   ") : ""
    let text = style.glyph("\(equal)┃ limit   ├─●─┤ estimate and its interval", "\(equal)! limit   [-o-] estimate and its interval")
    return blanks(min(bodyColumn, style.width - displayWidth(text))) + Tone.dim.paint(text, style)
  }
}

private func note(_ ruling: Ruling) -> String { (ruling.advisory ? " (advisory)" : "") + (ruling.waived ? " (waived)" : "") }

/// Compact reports say the rulings that pass, and have nothing to draw, in one row; where there are many, slices that pass as well.
private func isJoined(_ ruling: Ruling, _ style: TerminalStyle, _ isCrowded: Bool) -> Bool {
  style.detail == .compact && ruling.verdict == .pass && (!isDrawn(ruling, style) || isCrowded && ruling.slice != nil)
}

/// Compact reports draw comparisons only; full ones everything that has an estimate and an interval.
private func isDrawn(_ ruling: Ruling, _ style: TerminalStyle) -> Bool {
  ruling.hasInterval && (style.detail == .full || ruling.measure == .difference)
}

/// Escaped titles; the slices of a rule follow it, indented, without repeating its name.
private func shownTitles(_ rulings: [Ruling]) -> [String] {
  var out = [String]()
  for (index, ruling) in rulings.enumerated() {
    if index > 0, let slice = ruling.slice, rulings[index - 1].rule == ruling.rule {
      out.append("  " + calm((ruling.metric.map { "\($0) " } ?? "") + "\(slice.name)=\(slice.value)"))
    } else {
      out.append(calm(ruling.title))
    }
  }
  return out
}
