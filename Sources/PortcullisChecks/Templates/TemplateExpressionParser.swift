import PortcullisCore

/// Reads one expression from its tokens. Filters bind tightest, then `~`, comparisons and `is`, `not`, `and`, `or`, `… if … else …`.
struct TemplateExpressionParser {
  let source: [UInt8]
  let tokens: [TemplateToken]
  private(set) var place = 0
  /// Names of the loops around, innermost last.
  let bound: [String]
  /// Free variables seen so far; `isOptional` where a missing value is asked about or replaced.
  private(set) var variables: [TemplateVariable] = []
  private var depth = 0

  init(source: [UInt8], tokens: [TemplateToken], bound: [String]) {
    self.source = source
    self.tokens = tokens
    self.bound = bound
  }

  var next: TemplateToken { tokens[place] }

  func failure(_ message: String, help: String? = nil, at token: TemplateToken? = nil) -> TemplateProblem {
    TemplateProblem(message, help: help, at: (token ?? next).offset, of: source)
  }

  mutating func take(_ sign: String) -> Bool {
    guard next.kind == .sign(sign) else { return false }
    place += 1
    return true
  }

  mutating func take(word: String) -> Bool {
    guard next.kind == .name(word) else { return false }
    place += 1
    return true
  }

  mutating func name() -> String? {
    guard case .name(let name) = next.kind else { return nil }
    place += 1
    return name
  }

  mutating func finish() throws(TemplateProblem) {
    guard next.kind == .end else { throw failure("\(described(next)) was not expected here") }
  }

  func described(_ token: TemplateToken) -> String {
    switch token.kind {
    case .name(let text), .sign(let text): "'\(text)'"
    case .string(let text): quoted(text, limit: 40)
    case .number(let number): number.text
    case .end: "the end"
    }
  }

  mutating func expression() throws(TemplateProblem) -> TemplateExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 50 else { throw failure("nested too deeply") }
    let value = try disjunction()
    guard take(word: "if") else { return value }
    let condition = try disjunction()
    guard take(word: "else") else { throw failure("'else' was expected", help: "write 'A if CONDITION else B'") }
    return .choice(condition, value, otherwise: try expression())
  }

  private mutating func disjunction() throws(TemplateProblem) -> TemplateExpression {
    var left = try conjunction()
    while take(word: "or") { left = .or(left, try conjunction()) }
    return left
  }

  private mutating func conjunction() throws(TemplateProblem) -> TemplateExpression {
    var left = try negation()
    while take(word: "and") { left = .and(left, try negation()) }
    return left
  }

  private mutating func negation() throws(TemplateProblem) -> TemplateExpression {
    var count = 0
    while take(word: "not") { count += 1 }
    let value = try comparison()
    return count % 2 == 1 ? .not(value) : count > 0 ? .not(.not(value)) : value
  }

  private mutating func comparison() throws(TemplateProblem) -> TemplateExpression {
    let first = variables.count
    let left = try concatenation()
    let token = next
    if take(word: "is") { return try test(of: left, variablesFrom: first) }
    guard let sign = comparisonSign() else { return left }
    let right = try concatenation()
    if comparisonSign() != nil { throw failure("comparisons cannot be chained", help: "join them by 'and'", at: token) }
    return .compare(left, sign, right, offset: token.offset)
  }

  private mutating func comparisonSign() -> TemplateExpression.Comparison? {
    switch next.kind {
    case .sign(let sign):
      guard let comparison = TemplateExpression.Comparison(rawValue: sign) else { return nil }
      place += 1
      return comparison
    case .name("in"):
      place += 1
      return .within
    case .name("not"):
      guard tokens[place + 1].kind == .name("in") else { return nil }
      place += 2
      return .notWithin
    case .name, .string, .number, .end: return nil
    }
  }

  private mutating func test(of value: TemplateExpression, variablesFrom first: Int) throws(TemplateProblem) -> TemplateExpression {
    let isNegated = take(word: "not")
    let token = next
    guard let word = name(), let test = TemplateTest(rawValue: word) else {
      let known = TemplateTest.allCases.map(\.rawValue)
      throw failure("\(described(token)) is nothing that 'is' can ask", help: suggestion(for: described(token), among: known), at: token)
    }
    if test == .defined || test == .undefined { makeOptional(from: first) }
    return .test(value, test, isNegated: isNegated)
  }

  private mutating func makeOptional(from first: Int) {
    for index in first..<variables.count { variables[index].isOptional = true }
  }

  private mutating func concatenation() throws(TemplateProblem) -> TemplateExpression {
    var left = try filtered()
    while next.kind == .sign("~") {
      let token = next
      place += 1
      left = .joined(left, try filtered(), offset: token.offset)
    }
    return left
  }

  private mutating func filtered() throws(TemplateProblem) -> TemplateExpression {
    let first = variables.count
    var value = try postfix()
    while take("|") {
      let token = next
      guard let word = name() else { throw failure("a filter was expected after '|'") }
      guard let filter = TemplateFilter.named(word) else {
        throw failure("unknown filter '\(word)'", help: suggestion(for: word, among: TemplateFilter.names), at: token)
      }
      if filter == .fallback { makeOptional(from: first) }
      let arguments = next.kind == .sign("(") ? try list(closedBy: ")") : []
      guard filter.arguments.contains(arguments.count) else {
        throw failure("'\(word)' takes \(filter.usage), not \(arguments.count) arguments", at: token)
      }
      value = .filter(value, filter, arguments, offset: token.offset)
    }
    return value
  }

  private mutating func postfix() throws(TemplateProblem) -> TemplateExpression {
    var value = try primary()
    while true {
      let token = next
      if take(".") {
        switch next.kind {
        case .name(let name): value = .member(value, name, offset: next.offset)
        case .number(let number) where number.int != nil: value = .index(value, .literal(.number(number)), offset: next.offset)
        case .string, .number, .sign, .end: throw failure("a name was expected after '.'")
        }
        place += 1
      } else if take("[") {
        let index = try expression()
        guard take("]") else { throw failure("']' was expected") }
        value = .index(value, index, offset: token.offset)
      } else if token.kind == .sign("(") {
        throw failure("a template cannot call functions", help: "filters are written after '|'")
      } else {
        return value
      }
    }
  }

  private mutating func primary() throws(TemplateProblem) -> TemplateExpression {
    let token = next
    switch token.kind {
    case .string(let text):
      place += 1
      return .literal(.string(text))
    case .number(let number):
      place += 1
      return .literal(.number(number))
    case .sign("-"):
      place += 1
      guard case .number(let number) = next.kind, let value = try? JSON(parsing: "-" + number.text) else {
        throw failure("a number was expected")
      }
      place += 1
      return .literal(value)
    case .sign("("):
      place += 1
      let value = try expression()
      guard take(")") else { throw failure("')' was expected") }
      return value
    case .sign("["): return .list(try list(closedBy: "]"))
    case .name(let name):
      place += 1
      return try named(name, token)
    case .sign, .end: throw failure("a value was expected, not \(described(token))")
    }
  }

  private mutating func named(_ name: String, _ token: TemplateToken) throws(TemplateProblem) -> TemplateExpression {
    switch name {
    case "true", "True": return .literal(.bool(true))
    case "false", "False": return .literal(.bool(false))
    case "none", "None", "null": return .literal(.null)
    case "and", "or", "not", "in", "is", "if", "else": throw failure("a value was expected, not '\(name)'", at: token)
    default: break
    }
    if name == "loop", !bound.isEmpty, !bound.contains("loop") {
      guard take("."), let word = self.name(), let field = TemplateExpression.LoopField(rawValue: word) else {
        let known = TemplateExpression.LoopField.allCases.map { "loop." + $0.rawValue }
        throw failure(
          "'loop' is not a value by itself, or has no such part", help: "known here: " + known.joined(separator: ", "), at: token)
      }
      return .loop(field)
    }
    if !bound.contains(name) { variables.append(TemplateVariable(name: name, offset: token.offset, isOptional: false)) }
    return .variable(name, offset: token.offset)
  }

  /// After an opening bracket that is next: expressions with commas between.
  private mutating func list(closedBy end: String) throws(TemplateProblem) -> [TemplateExpression] {
    place += 1
    var values = [TemplateExpression]()
    if take(end) { return values }
    while true {
      values.append(try expression())
      if take(end) { return values }
      guard take(",") else { throw failure("',' or '\(end)' was expected") }
    }
  }
}

/// A variable that a template takes from the values it is given.
struct TemplateVariable: Sendable, Hashable {
  let name: String
  let offset: Int
  /// Used only where a missing value is asked about (`is defined`) or replaced (`default`).
  var isOptional: Bool
}
