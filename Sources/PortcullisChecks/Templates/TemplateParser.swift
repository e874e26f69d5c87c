import PortcullisCore

/// Reads pieces into a tree.
struct TemplateParser {
  private let source: [UInt8]
  private let pieces: [TemplatePiece]
  private var place = 0
  private var bound: [String] = []
  private var depth = 0
  private(set) var variables: [TemplateVariable] = []

  private static let tags = ["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"]

  init(source: [UInt8]) throws(TemplateProblem) {
    self.source = source
    pieces = try templatePieces(of: source)
  }

  mutating func template() throws(TemplateProblem) -> [TemplateNode] {
    let nodes = try body()
    if place < pieces.count {
      let (word, offset) = try tagWord(pieces[place])
      throw TemplateProblem("'\(word)' without the '\(word.hasSuffix("for") ? "for" : "if")' it belongs to", at: offset, of: source)
    }
    return nodes
  }

  /// Nodes up to the end or to a tag that continues or ends a block, which is left to the caller.
  private mutating func body() throws(TemplateProblem) -> [TemplateNode] {
    var nodes = [TemplateNode]()
    while place < pieces.count {
      let piece = pieces[place]
      switch piece.kind {
      case .comment: place += 1
      case .text:
        place += 1
        nodes.append(.text(String(decoding: source[piece.content], as: UTF8.self)))
      case .output:
        place += 1
        var parser = try expressionParser(piece.content)
        let value = try parser.expression()
        try parser.finish()
        variables += parser.variables
        nodes.append(.output(value, offset: piece.content.lowerBound))
      case .tag:
        let (word, offset) = try tagWord(piece)
        switch word {
        case "if": nodes.append(try choice(offset))
        case "for": nodes.append(try loop(offset))
        case "elif", "else", "endif", "endfor": return nodes
        default: throw TemplateProblem("unknown tag '\(word)'", help: suggestion(for: word, among: Self.tags), at: offset, of: source)
        }
      }
    }
    return nodes
  }

  private func tagWord(_ piece: TemplatePiece) throws(TemplateProblem) -> (String, offset: Int) {
    let first = try templateTokens(piece.content, of: source)[0]
    guard case .name(let word) = first.kind else {
      throw TemplateProblem("a tag needs a word, as in '{% if … %}'", at: first.offset, of: source)
    }
    return (word, first.offset)
  }

  private func expressionParser(_ range: Range<Int>) throws(TemplateProblem) -> TemplateExpressionParser {
    TemplateExpressionParser(source: source, tokens: try templateTokens(range, of: source), bound: bound)
  }

  /// The word of the next tag, taken; nil at the end.
  private mutating func takeTag() throws(TemplateProblem) -> (word: String, piece: TemplatePiece)? {
    guard place < pieces.count else { return nil }
    defer { place += 1 }
    return (try tagWord(pieces[place]).0, pieces[place])
  }

  private mutating func enter(_ offset: Int) throws(TemplateProblem) {
    depth += 1
    guard depth <= 50 else { throw TemplateProblem("nested too deeply", at: offset, of: source) }
  }

  private mutating func choice(_ offset: Int) throws(TemplateProblem) -> TemplateNode {
    try enter(offset)
    defer { depth -= 1 }
    var branches = [TemplateNode.Branch]()
    var tag = try takeTag()
    while let (word, piece) = tag, word == "if" || word == "elif" {
      var parser = try expressionParser(piece.content)
      _ = parser.name()
      let condition = try parser.expression()
      try parser.finish()
      variables += parser.variables
      branches.append(TemplateNode.Branch(condition: condition, body: try body()))
      tag = try takeTag()
    }
    var otherwise = [TemplateNode]()
    if let (word, piece) = tag, word == "else" {
      try requireBare(piece)
      otherwise = try body()
      tag = try takeTag()
    }
    try close(tag, with: "endif", offset)
    return .choice(branches, otherwise: otherwise)
  }

  private mutating func loop(_ offset: Int) throws(TemplateProblem) -> TemplateNode {
    try enter(offset)
    defer { depth -= 1 }
    let piece = pieces[place]
    place += 1
    var parser = try expressionParser(piece.content)
    _ = parser.name()
    var names = [String]()
    repeat {
      let token = parser.next
      guard let name = parser.name(), !["in", "loop", "true", "false", "none", "not", "and", "or", "is", "if", "else"].contains(name) else {
        throw parser.failure("a name was expected, not \(parser.described(token))", help: "write '{% for item in items %}'", at: token)
      }
      names.append(name)
    } while parser.take(",")
    guard names.count <= 2 else { throw parser.failure("a loop has one name, or two for key and value") }
    guard parser.take(word: "in") else { throw parser.failure("'in' was expected", help: "write '{% for item in items %}'") }
    let valuesOffset = parser.next.offset
    let values = try parser.expression()
    try parser.finish()
    variables += parser.variables
    bound += names
    let body = try body()
    bound.removeLast(names.count)
    var tag = try takeTag()
    var otherwise = [TemplateNode]()
    if let (word, piece) = tag, word == "else" {
      try requireBare(piece)
      otherwise = try self.body()
      tag = try takeTag()
    }
    try close(tag, with: "endfor", offset)
    return .loop(TemplateNode.Loop(names: names, values: values, body: body, otherwise: otherwise, offset: valuesOffset))
  }

  private func close(_ tag: (word: String, piece: TemplatePiece)?, with wanted: String, _ offset: Int) throws(TemplateProblem) {
    guard let tag else { throw TemplateProblem("'\(wanted.dropFirst(3))' is never closed by '{% \(wanted) %}'", at: offset, of: source) }
    guard tag.word == wanted else {
      throw TemplateProblem("'\(wanted)' was expected, not '\(tag.word)'", at: try tagWord(tag.piece).offset, of: source)
    }
    try requireBare(tag.piece)
  }

  private func requireBare(_ piece: TemplatePiece) throws(TemplateProblem) {
    let tokens = try templateTokens(piece.content, of: source)
    if tokens.count > 2 { throw TemplateProblem("nothing may follow the word of this tag", at: tokens[1].offset, of: source) }
  }
}
