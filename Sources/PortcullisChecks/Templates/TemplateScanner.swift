// Splits a template into text, outputs and tags, and settles which white space around them goes.

/// One piece of a template; ranges are bytes of the source.
struct TemplatePiece {
  enum Kind { case text, output, tag, comment }

  let kind: Kind
  /// What stands between the delimiters; for text, what is left of it.
  var content: Range<Int>
  /// With the delimiters.
  let whole: Range<Int>
  /// `-` next to a delimiter takes all white space on that side, `+` keeps it.
  var before: UInt8?
  var after: UInt8?
}

/// - Returns: Pieces in order; raw blocks are text already.
func templatePieces(of source: [UInt8]) throws(TemplateProblem) -> [TemplatePiece] {
  var scanner = TemplateScanner(source: source)
  var pieces = try scanner.pieces()
  removeLonelyLines(&pieces, source)
  trimMarked(&pieces, source)
  return pieces.filter { $0.kind != .comment && !($0.kind == .text && $0.content.isEmpty) }
}

private struct TemplateScanner {
  let source: [UInt8]
  var place = 0
  var found: [TemplatePiece] = []

  init(source: [UInt8]) { self.source = source }

  mutating func pieces() throws(TemplateProblem) -> [TemplatePiece] {
    var textStart = 0
    while place < source.count {
      guard let kind = opening(at: place) else {
        place += 1
        continue
      }
      add(text: textStart..<place)
      let piece = try delimited(kind)
      if kind == .tag, word(piece.content) == "raw" {
        try raw(from: piece)
      } else {
        found.append(piece)
        place = piece.whole.upperBound
      }
      textStart = place
    }
    add(text: textStart..<source.count)
    return found
  }

  private mutating func add(text: Range<Int>) {
    if !text.isEmpty { found.append(TemplatePiece(kind: .text, content: text, whole: text)) }
  }

  private func opening(at place: Int) -> TemplatePiece.Kind? {
    guard source[place] == UInt8(ascii: "{"), place + 1 < source.count else { return nil }
    switch source[place + 1] {
    case UInt8(ascii: "{"): return .output
    case UInt8(ascii: "%"): return .tag
    case UInt8(ascii: "#"): return .comment
    default: return nil
    }
  }

  /// The piece that opens here, up to its end; quotes inside may hold the end's characters.
  private func delimited(_ kind: TemplatePiece.Kind) throws(TemplateProblem) -> TemplatePiece {
    let first: UInt8 = kind == .output ? UInt8(ascii: "}") : source[place + 1]
    var at = place + 2, quote: UInt8?
    while at + 1 < source.count {
      let byte = source[at]
      if let open = quote {
        if byte == UInt8(ascii: "\\") { at += 1 } else if byte == open { quote = nil }
      } else if byte == first, source[at + 1] == UInt8(ascii: "}") {
        return piece(kind, from: place, to: at)
      } else if kind != .comment, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      }
      at += 1
    }
    let names: (String, String) = kind == .output ? ("{{", "}}") : kind == .tag ? ("{%", "%}") : ("{#", "#}")
    throw TemplateProblem("'\(names.0)' is never closed by '\(names.1)'", at: place, of: source)
  }

  private func piece(_ kind: TemplatePiece.Kind, from start: Int, to end: Int) -> TemplatePiece {
    var content = start + 2..<end
    func mark(_ place: Int) -> UInt8? {
      guard content.contains(place), source[place] == UInt8(ascii: "-") || source[place] == UInt8(ascii: "+") else { return nil }
      return source[place]
    }
    let before = mark(content.lowerBound)
    if before != nil { content = content.lowerBound + 1..<content.upperBound }
    let after = mark(content.upperBound - 1)
    if after != nil { content = content.lowerBound..<content.upperBound - 1 }
    return TemplatePiece(kind: kind, content: content, whole: start..<end + 2, before: before, after: after)
  }

  private func word(_ range: Range<Int>) -> String {
    String(decoding: source[range].filter { !isTemplateBlank($0) }, as: UTF8.self)
  }

  /// Text up to `{% endraw %}`, as it stands. The two tags stay as comments, so that the rules of white space hold for them.
  private mutating func raw(from tag: TemplatePiece) throws(TemplateProblem) {
    func comment(_ piece: TemplatePiece) -> TemplatePiece {
      TemplatePiece(kind: .comment, content: piece.content, whole: piece.whole, before: piece.before, after: piece.after)
    }
    let open = place
    found.append(comment(tag))
    place = tag.whole.upperBound
    let start = place
    while place < source.count {
      if opening(at: place) == .tag, let end = try? delimited(.tag), word(end.content) == "endraw" {
        add(text: start..<place)
        found.append(comment(end))
        place = end.whole.upperBound
        return
      }
      place += 1
    }
    throw TemplateProblem("'raw' is never closed by '{% endraw %}'", at: open, of: source)
  }
}

func isTemplateBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }

/// A line that holds nothing but tags and comments goes whole, its line end too: that is how templates are laid out.
private func removeLonelyLines(_ pieces: inout [TemplatePiece], _ source: [UInt8]) {
  func isLineless(_ piece: TemplatePiece) -> Bool { piece.kind == .tag || piece.kind == .comment }
  func isBlankLine(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
  // Whether only blanks, tags and comments stand between the piece and the line's begin (or end).
  var startsLine = [Bool](repeating: false, count: pieces.count), endsLine = startsLine
  for index in pieces.indices where isLineless(pieces[index]) {
    var other = index - 1
    startsLine[index] = true
    if other >= 0, pieces[other].kind == .text {
      let text = source[pieces[other].content]
      let tail = text.lastIndex(of: 0x0A).map { text[($0 + 1)...] } ?? text
      guard isBlankLine(tail) else {
        startsLine[index] = false
        continue
      }
      if tail.count < text.count { continue }
      other -= 1
    }
    if other >= 0 { startsLine[index] = isLineless(pieces[other]) && startsLine[other] }
  }
  for index in pieces.indices.reversed() where isLineless(pieces[index]) {
    var other = index + 1
    endsLine[index] = true
    if other < pieces.count, pieces[other].kind == .text {
      let text = source[pieces[other].content]
      let head = text.prefix { $0 != 0x0A }
      guard isBlankLine(head) else {
        endsLine[index] = false
        continue
      }
      if head.count < text.count { continue }
      other += 1
    }
    if other < pieces.count { endsLine[index] = isLineless(pieces[other]) && endsLine[other] }
  }
  for index in pieces.indices where startsLine[index] && endsLine[index] {
    if index + 1 < pieces.count, pieces[index + 1].kind == .text, pieces[index].after != UInt8(ascii: "+") {
      let text = pieces[index + 1].content
      let end = source[text].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.upperBound
      pieces[index + 1].content = end..<text.upperBound
    }
    if index > 0, pieces[index - 1].kind == .text, pieces[index].before != UInt8(ascii: "+") {
      let text = pieces[index - 1].content
      let start = source[text].lastIndex(of: 0x0A).map { $0 + 1 } ?? text.lowerBound
      pieces[index - 1].content = text.lowerBound..<start
    }
  }
}

private func trimMarked(_ pieces: inout [TemplatePiece], _ source: [UInt8]) {
  for index in pieces.indices where pieces[index].kind != .text {
    if pieces[index].before == UInt8(ascii: "-"), index > 0, pieces[index - 1].kind == .text {
      let text = pieces[index - 1].content
      let end = source[text].lastIndex { !isTemplateBlank($0) }.map { $0 + 1 } ?? text.lowerBound
      pieces[index - 1].content = text.lowerBound..<end
    }
    if pieces[index].after == UInt8(ascii: "-"), index + 1 < pieces.count, pieces[index + 1].kind == .text {
      let text = pieces[index + 1].content
      let start = source[text].firstIndex { !isTemplateBlank($0) } ?? text.upperBound
      pieces[index + 1].content = start..<text.upperBound
    }
  }
}
