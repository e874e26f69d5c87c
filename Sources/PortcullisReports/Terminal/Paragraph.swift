/// Words and their tones, set into lines of a given width.
struct Paragraph {
  private var words = [(text: String, tone: Tone)]()

  init() {}

  init(_ text: String, _ tone: Tone = .plain) { add(text, tone) }

  /// Adds the words of `text`, which may be raw: it is escaped here.
  mutating func add(_ text: String, _ tone: Tone = .plain) {
    for word in text.split(whereSeparator: \.isWhitespace) { words.append((calm(word), tone)) }
  }

  /// Adds the words of another paragraph, in their tones.
  mutating func append(_ other: Paragraph) { words += other.words }

  var isEmpty: Bool { words.isEmpty }

  /// Lines of at most `width` columns, without indent. A word that is longer is broken. With more than `limit` lines the last one ends in
  /// a mark.
  func lines(width: Int, limit: Int = .max, style: TerminalStyle) -> [String] {
    var lines = [Line]()
    var line = Line()
    for (text, tone) in words {
      for piece in pieces(of: text, width: width) {
        if line.columns > 0, line.columns + 1 + displayWidth(piece) > width {
          lines.append(line)
          line = Line()
          if lines.count > limit { break }
        }
        line.add(piece, tone)
      }
      if lines.count > limit { break }
    }
    if line.columns > 0 { lines.append(line) }
    guard lines.count > limit else { return lines.map { $0.painted(style) } }
    lines = Array(lines.prefix(limit))
    lines[limit - 1].cut(to: width, mark: style.glyph("…", "~"))
    return lines.map { $0.painted(style) }
  }
}

/// Runs of one tone on one line; blanks between words of the same tone belong to the run.
private struct Line {
  private var runs = [(text: String, tone: Tone)]()
  private(set) var columns = 0

  mutating func add(_ word: String, _ tone: Tone) {
    if let last = runs.last, last.tone == tone {
      runs[runs.count - 1].text += " " + word
      columns += 1
    } else if !runs.isEmpty {
      runs[runs.count - 1].text += " "
      columns += 1
      runs.append((word, tone))
    } else {
      runs.append((word, tone))
    }
    columns += displayWidth(word)
  }

  mutating func cut(to width: Int, mark: String) {
    if columns + 2 <= width {
      runs[runs.count - 1].text += " " + mark
    } else if let last = runs.last {
      let before = columns - displayWidth(last.text)
      runs[runs.count - 1].text = clipped(last.text + mark, to: width - before, mark: mark)
    }
  }

  func painted(_ style: TerminalStyle) -> String { runs.map { $0.tone.paint($0.text, style) }.joined() }
}

private func pieces(of word: String, width: Int) -> [String] {
  guard displayWidth(word) > width else { return [word] }
  var out = [String]()
  var piece = String.UnicodeScalarView()
  var columns = 0
  for scalar in word.unicodeScalars {
    let more = displayWidth(scalar)
    if columns + more > width {
      out.append(String(piece))
      piece = String.UnicodeScalarView()
      columns = 0
    }
    piece.append(scalar)
    columns += more
  }
  return out + [String(piece)]
}

/// A paragraph behind `head` (one line, maybe painted), its further lines indented as far, or by `indent`. Only the report's own words begin
/// a line at the left edge.
func hanging(_ paragraph: Paragraph, head: String, indent: Int? = nil, limit: Int = .max, _ style: TerminalStyle) -> [String] {
  let columns = displayWidth(withoutPaint(head))
  let lines = paragraph.lines(width: max(20, style.width - max(columns, indent ?? 0)), limit: limit, style: style)
  return lines.enumerated().map { ($0.offset == 0 ? head : blanks(indent ?? columns)) + $0.element }
}

/// Our own colour sequences taken off, to measure what is left.
private func withoutPaint(_ text: String) -> String {
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
