import PortcullisCore

/// One case of those to look at first: what was asked, what both arms made of it, and what changed between their answers.
struct CaseBlock {
  private let comparison: CaseComparison
  private let style: TerminalStyle

  init(_ comparison: CaseComparison, _ style: TerminalStyle) {
    self.comparison = comparison
    self.style = style
  }

  var lines: [String] { style.detail == .full ? full : compact }

  private var full: [String] {
    let place = ([comparison.evalset] + [comparison.behaviour].compactMap { $0 }).map { calm($0, limit: 100) }
    let head =
      Tone.bold.paint(calm(comparison.id.text), style) + Tone.dim.paint("  " + place.joined(separator: style.glyph(" · ", ", ")), style)
    var out = [head] + row("asked", Paragraph(calm(comparison.input, limit: 2000)), limit: 3)
    if let production = comparison.production { out += row("production", outcome(production), limit: 2) }
    if let candidate = comparison.candidate { out += row("candidate", outcome(candidate), limit: 4) }
    if let answer { out += row(answer.label, answer.paragraph, limit: 8) }
    return out
  }

  /// The case and its change in two or three lines.
  private var compact: [String] {
    let head = Tone.bold.paint(calm(comparison.id.text), style)
    let said = comparison.candidate.map(outcome) ?? Paragraph("the candidate has no record", .warning)
    var out = hanging(said, head: head + "  ", limit: 2, style)
    if let answer { out += hanging(answer.paragraph, head: "  ", limit: 2, style) }
    return out
  }

  private func row(_ label: String, _ paragraph: Paragraph, limit: Int) -> [String] {
    hanging(paragraph, head: "  " + Tone.dim.paint(padded(label, to: 12), style), limit: limit, style)
  }

  private func outcome(_ answer: AnswerView) -> Paragraph {
    var out = Paragraph(calm(answer.outcomeText, limit: 400), answer.tone)
    // The outcome names the first finding already.
    for finding in answer.findings where !answer.outcomeText.contains(finding.reason) {
      out.add("\(calm(finding.check, limit: 60)): \(calm(finding.reason, limit: 200))")
    }
    return out
  }

  private var answer: (label: String, paragraph: Paragraph)? {
    let old = comparison.production.flatMap { $0.failure == nil ? $0.shown : nil }
    let new = comparison.candidate.flatMap { $0.failure == nil ? $0.shown : nil }
    switch (old, new) {
    case (let old?, let new?):
      let diff = WordDiff(from: old, to: new)
      return diff.isChange ? ("change", changes(diff)) : ("both said", Paragraph(calm(new, limit: 2000)))
    case (nil, let new?): return new.isEmpty ? nil : ("answer", Paragraph(calm(new, limit: 2000)))
    case (let old?, nil): return old.isEmpty ? nil : ("production", Paragraph(calm(old, limit: 2000)))
    case (nil, nil): return nil
    }
  }

  /// `[-removed-]` and `{+added+}`, also in red and green; long equal runs are shortened to what stands beside a change.
  private func changes(_ diff: WordDiff) -> Paragraph {
    var out = Paragraph()
    for (index, part) in diff.parts.enumerated() {
      switch part {
      case .same(let words):
        let shown = shortened(words, isFirst: index == 0, isLast: index == diff.parts.count - 1)
        out.add(shown.joined(separator: " "), .dim)
      case .removed(let words): out.add(marked(words, "[-", "-]"), .bad)
      case .added(let words): out.add(marked(words, "{+", "+}"), .good)
      }
    }
    if diff.isCut { out.add(style.glyph("…", "..."), .dim) }
    return out
  }

  private func marked(_ words: [String], _ open: String, _ close: String) -> String {
    let text = words.joined(separator: " ")
    return style.isColoured ? text : open + text + close
  }

  private func shortened(_ words: [String], isFirst: Bool, isLast: Bool) -> [String] {
    let beside = 6
    let mark = style.glyph("…", "...")
    if isFirst, words.count > beside + 1 { return [mark] + words.suffix(beside) }
    if isLast, words.count > beside + 1 { return words.prefix(beside) + [mark] }
    return words.count > 2 * beside + 1 ? words.prefix(beside) + [mark] + words.suffix(beside) : words
  }
}

extension AnswerView {
  fileprivate var tone: Tone {
    if failure != nil { return .warning }
    switch outcome {
    case .pass: return .good
    case .fail: return .bad
    case .unscored: return .warning
    }
  }
}
