import PortcullisCore
import PortcullisGate

/// The rules, one after the other: verdict, title, and either a drawing with its numbers or the sentence.
struct RulingTable {
  private let decision: Decision
  private let style: TerminalStyle
  private let figures: Figures
  private let verdictColumns: Int
  private let titleColumns: Int
  private let scales: [Measure: DrawingScale]

  init(_ decision: Decision, _ style: TerminalStyle) {
    self.decision = decision
    self.style = style
    figures = Figures(currency: decision.context.currency, isPlain: style.glyphs == .ascii)
    verdictColumns = decision.rulings.map { $0.verdict.rawValue.utf8.count }.max() ?? 4
    let titles = titles(decision.rulings).map { displayWidth($0) }
    let most = max(20, style.width * 2 / 5)
    titleColumns = titles.filter { $0 <= most }.max() ?? 0
    let drawn = decision.rulings.filter { isDrawn($0, style) }
    let numbers = drawn.compactMap { [figures] in figures.estimate(of: $0).map { displayWidth($0) } }.max() ?? 0
    let columns = min(40, max(12, style.width - verdictColumns - titleColumns - 4 - numbers - 2))
    scales = Dictionary(grouping: drawn, by: \.measure).mapValues { DrawingScale($0, columns: columns) }
  }

  var lines: [String] {
    var out = [String]()
    var plain = [String]()  // titles of rulings that pass with nothing to draw; compact reports join them
    func close() {
      guard !plain.isEmpty else { return }
      out += hanging(Paragraph(plain.joined(separator: ", ")), head: verdictCell(.pass), style)
      plain = []
    }
    for (ruling, title) in zip(decision.rulings, titles(decision.rulings)) {
      if style.detail == .compact, ruling.verdict == .pass, !isDrawn(ruling, style) {
        plain.append(calm(ruling.title) + note(ruling))
        continue
      }
      close()
      out += row(ruling, title)
    }
    close()
    if let legend { out.append(legend) }
    return out
  }

  private func row(_ ruling: Ruling, _ title: String) -> [String] {
    let marks = note(ruling)
    let tone: Tone = ruling.verdict == .pass || ruling.advisory ? .plain : .bold
    var head = verdictCell(ruling.verdict) + tone.paint(title, style) + Tone.dim.paint(marks, style)
    let columns = verdictColumns + 2 + displayWidth(title + marks)
    let bodyColumn = verdictColumns + 2 + titleColumns + 2
    var out = [String]()
    if columns + 2 > bodyColumn {
      out.append(head)
      head = blanks(bodyColumn)
    } else {
      head += blanks(bodyColumn - columns)
    }
    if let drawing = scales[ruling.measure].flatMap({ isDrawn(ruling, style) ? IntervalDrawing(ruling, $0, style) : nil }) {
      out.append(head + drawing.painted(style) + "  " + (figures.estimate(of: ruling) ?? ""))
      return out + remarks(ruling, isSentenceShown: false)
    }
    let lines = Paragraph(ruling.sentence).lines(width: style.width - bodyColumn, style: style)
    out += lines.enumerated().map { ($0.offset == 0 ? head : blanks(bodyColumn)) + $0.element }
    return out + remarks(ruling, isSentenceShown: true)
  }

  /// What stands under a row: all of it in full reports; in compact ones only what keeps the gate shut and is not said above.
  private func remarks(_ ruling: Ruling, isSentenceShown: Bool) -> [String] {
    let isFull = style.detail == .full
    let isShut = ruling.verdict != .pass && !ruling.advisory && !ruling.waived
    guard isFull || isShut else { return [] }
    var out = [String]()
    let indent = blanks(verdictColumns + 2)
    if !isSentenceShown, isFull || !decision.sentence.contains(ruling.sentence) {
      out += hanging(Paragraph(ruling.sentence), head: indent, style)
    }
    if isFull {
      var facts = [figures.limit(of: ruling), "n \(ruling.count)", ruling.missing > 0 ? "missing \(ruling.missing)" : nil, ruling.method]
      if isSentenceShown { facts.insert(figures.estimate(of: ruling), at: 0) }
      out += hanging(Paragraph(facts.compactMap { $0 }.joined(separator: style.glyph(" · ", ", ")), .dim), head: indent, style)
    }
    let arrow = style.glyph("→ ", "> ")
    if let next = ruling.next { out += hanging(Paragraph(next, .dim), head: indent + Tone.dim.paint(arrow, style), style) }
    if !ruling.witnesses.isEmpty, isFull || decision.rulings.count < 20 {
      let cases = ruling.witnesses.map(\.text).joined(separator: ", ")
      out += hanging(Paragraph(cases, .dim), head: indent + Tone.dim.paint("cases ", style), limit: isFull ? .max : 1, style)
    }
    return out
  }

  private func verdictCell(_ verdict: Verdict) -> String {
    verdict.tone.paint(verdict.rawValue, style) + blanks(verdictColumns + 2 - verdict.rawValue.utf8.count)
  }

  private func note(_ ruling: Ruling) -> String { (ruling.advisory ? " (advisory)" : "") + (ruling.waived ? " (waived)" : "") }

  private var legend: String? {
    guard !scales.isEmpty else { return nil }
    let equal = scales.keys.contains { $0.equal != nil } ? style.glyph("│ equal   ", "| equal   ") : ""
    let text = style.glyph("\(equal)┃ limit   ├─●─┤ estimate and its interval", "\(equal)! limit   [-o-] estimate and its interval")
    return blanks(verdictColumns + 2 + titleColumns + 2) + Tone.dim.paint(text, style)
  }
}

/// Compact reports draw comparisons only; full ones everything that has an estimate and an interval.
private func isDrawn(_ ruling: Ruling, _ style: TerminalStyle) -> Bool {
  guard let estimate = ruling.estimate, estimate.isFinite, ruling.interval != nil else { return false }
  return style.detail == .full || ruling.measure == .difference
}

/// Escaped titles; the slices of a rule follow it, indented, without repeating its name.
private func titles(_ rulings: [Ruling]) -> [String] {
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

/// A paragraph behind `head` (one line, maybe painted), its further lines indented as far.
func hanging(_ paragraph: Paragraph, head: String, limit: Int = .max, _ style: TerminalStyle) -> [String] {
  let indent = displayWidth(withoutPaint(head))
  let lines = paragraph.lines(width: max(20, style.width - indent), limit: limit, style: style)
  return lines.enumerated().map { ($0.offset == 0 ? head : blanks(indent)) + $0.element }
}

/// Our own colour sequences taken off, to measure what is left.
func withoutPaint(_ text: String) -> String {
  var out = String.UnicodeScalarView()
  var isInside = false
  for scalar in text.unicodeScalars {
    if scalar == "\u{1B}" {
      isInside = true
    } else if isInside {
      isInside = scalar != "m"
    } else {
      out.append(scalar)
    }
  }
  return String(out)
}
