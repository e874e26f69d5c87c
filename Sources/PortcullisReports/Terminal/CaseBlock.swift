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
    var head = Paragraph(comparison.id.text, .bold)
    head.add(place.map { style.glyph("· ", "- ") + $0 }.joined(separator: " "), .dim)
    var out = hanging(head, head: "", indent: 2, style)
    out += row("asked", Paragraph(calm(comparison.input, limit: 2000)), limit: 3)
    let answers = answers(lines: 4)
    if let production = comparison.production { out += row("production", outcome(production), limit: 2) }
    if let text = answers.production { out += row("", text, limit: 4) }
    out += row("candidate", comparison.candidate.map(outcome) ?? noRecord, limit: 4)
    if let text = answers.candidate { out += row("", text, limit: 4) }
    if let text = answers.both { out += row(answers.isChange ? "change" : "both said", text, limit: 8) }
    return out
  }

  /// The case and its change in two or three lines.
  private var compact: [String] {
    var head = Paragraph(comparison.id.text, .bold)
    head.add(style.glyph("·", "-"), .dim)
    head.append(comparison.candidate.map(outcome) ?? noRecord)
    var out = hanging(head, head: "", limit: 1, style)
    let answers = answers(lines: 1)
    for text in [answers.production, answers.candidate].compactMap({ $0 }) { out += hanging(text, head: "  ", limit: 1, style) }
    if let text = answers.both { out += hanging(text, head: "  ", limit: 2, style) }
    return out
  }

  private var noRecord: Paragraph { Paragraph("the candidate has no record", .warning) }

  private func row(_ label: String, _ paragraph: Paragraph, limit: Int) -> [String] {
    hanging(paragraph, head: "  " + Tone.dim.paint(padded(label, to: labelColumns), style), limit: limit, style)
  }

  private func outcome(_ answer: AnswerView) -> Paragraph {
    let separator = style.glyph("· ", "- ")
    var out = Paragraph(calm(answer.outcomeText, limit: 400), answer.tone)
    for finding in answer.furtherFindings {
      out.add("\(separator)\(calm(finding.check, limit: 60)): \(calm(finding.reason, limit: 200))", answer.tone)
    }
    return out
  }

  /// The texts of both arms: in one paragraph with its changes where they have much in common, else each by itself, cut to `lines` lines.
  private struct Answers {
    var production: Paragraph?
    var candidate: Paragraph?
    var both: Paragraph?
    var isChange = false
  }

  private func answers(lines: Int) -> Answers {
    let old = comparison.production.flatMap { $0.failure == nil && !$0.shown.isEmpty ? $0.shown : nil }
    let new = comparison.candidate.flatMap { $0.failure == nil && !$0.shown.isEmpty ? $0.shown : nil }
    guard let old, let new else {
      return Answers(
        production: old.map { Paragraph(calm($0, limit: 2000)) }, candidate: new.map { Paragraph(calm($0, limit: 2000)) })
    }
    let diff = WordDiff(from: old, to: new)
    guard diff.isChange else { return Answers(both: Paragraph(calm(new, limit: 2000))) }
    guard diff.similarity < 0.25 else { return Answers(both: changes(diff), isChange: true) }
    return Answers(production: marked(old, "[-", "-]", .bad, lines: lines), candidate: marked(new, "{+", "+}", .good, lines: lines))
  }

  /// `[-removed-]` and `{+added+}`, in colour also red and green; long equal runs are shortened to what stands beside a change.
  private func changes(_ diff: WordDiff) -> Paragraph {
    var out = Paragraph()
    for (index, part) in diff.parts.enumerated() {
      switch part {
      case .same(let words):
        out.add(shortened(words, isFirst: index == 0, isLast: index == diff.parts.count - 1).joined(separator: " "), .dim)
      case .removed(let words): out.append(marked(words.joined(separator: " "), "[-", "-]", .bad))
      case .added(let words): out.append(marked(words.joined(separator: " "), "{+", "+}", .good))
      }
    }
    if diff.isCut { out.add(mark, .dim) }
    return out
  }

  private func marked(_ text: String, _ open: String, _ close: String, _ tone: Tone, lines: Int? = nil) -> Paragraph {
    var text = text
    if let lines {
      // Words do not fill their lines to the end: an eighth is left for that where there are several.
      let columns = (style.width - 2 - (lines > 1 ? labelColumns : 0)) * lines
      text = clipped(calm(text, limit: 2000), to: columns - (lines > 1 ? columns / 8 : 0) - 4, mark: mark)
    }
    return Paragraph(style.isColoured ? text : open + text + close, tone)
  }

  private func shortened(_ words: [String], isFirst: Bool, isLast: Bool) -> [String] {
    let beside = 6
    if isFirst, words.count > beside + 1 { return [mark] + words.suffix(beside) }
    if isLast, words.count > beside + 1 { return words.prefix(beside) + [mark] }
    return words.count > 2 * beside + 1 ? words.prefix(beside) + [mark] + words.suffix(beside) : words
  }

  private var mark: String { style.glyph("…", "~") }
}

private let labelColumns = 12

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
