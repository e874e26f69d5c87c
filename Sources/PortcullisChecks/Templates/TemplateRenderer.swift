import PortcullisCore

/// Walks a template's tree with the values of one case.
struct TemplateRenderer {
  private let source: [UInt8]
  private let values: JSONObject
  private var scopes: [(name: String, value: JSON)] = []
  private var loops: [(index: Int, count: Int)] = []
  private var out = ""
  private var steps = 0

  /// Nodes and turns of loops in one rendering.
  private static let stepLimit = 1_000_000

  init(source: [UInt8], values: JSONObject) {
    self.source = source
    self.values = values
  }

  mutating func render(_ nodes: [TemplateNode]) throws(TemplateProblem) -> String {
    try walk(nodes)
    return out
  }

  private mutating func walk(_ nodes: [TemplateNode]) throws(TemplateProblem) {
    for node in nodes {
      try count(0)
      switch node {
      case .text(let text): try write(text, 0)
      case .output(let expression, let offset): try write(try printed(expression, offset), offset)
      case .choice(let branches, let otherwise):
        var chosen = otherwise
        for branch in branches where isTruthy(try value(branch.condition)) {
          chosen = branch.body
          break
        }
        try walk(chosen)
      case .loop(let loop): try walk(loop)
      }
    }
  }

  private mutating func walk(_ loop: TemplateNode.Loop) throws(TemplateProblem) {
    let rows: [[JSON]]
    switch (try value(loop.values), loop.names.count) {
    case (.array(let values), 1): rows = values.map { [$0] }
    case (.object(let object), 1): rows = object.members.map { [.string($0.name)] }
    case (.object(let object), _): rows = object.members.map { [.string($0.name), $0.value] }
    case (.array, _): throw failure("a list has no keys; the loop has two names", loop.offset)
    case (let other, _): throw failure("a loop needs a list or a mapping, not \(other.kind)", loop.offset)
    }
    if rows.isEmpty { return try walk(loop.otherwise) }
    loops.append((0, rows.count))
    defer { loops.removeLast() }
    for (index, row) in rows.enumerated() {
      try count(loop.offset)
      loops[loops.count - 1].index = index
      let depth = scopes.count
      for (name, value) in zip(loop.names, row) { scopes.append((name, value)) }
      try walk(loop.body)
      scopes.removeLast(scopes.count - depth)
    }
  }

  private mutating func count(_ offset: Int) throws(TemplateProblem) {
    steps += 1
    if steps > Self.stepLimit { throw failure("the template takes more than \(Self.stepLimit) steps", offset) }
  }

  private mutating func write(_ text: String, _ offset: Int) throws(TemplateProblem) {
    out += text
    if out.utf8.count > Template.outputLimit { throw failure("the text grows beyond \(Template.outputLimit) bytes", offset) }
  }

  private func failure(_ message: String, help: String? = nil, _ offset: Int) -> TemplateProblem {
    TemplateProblem(message, help: help, at: offset, of: source)
  }

  private mutating func printed(_ expression: TemplateExpression, _ offset: Int) throws(TemplateProblem) -> String {
    let value = try value(expression)
    if let text = plainText(value) { return text }
    if value.isNull { throw failure("the value is null", help: "write '| default(\"…\")' for what then stands there", offset) }
    return value.compactText
  }

  /// A value, or what to say where it is missing.
  private enum Found {
    case value(JSON)
    case missing(() -> TemplateProblem)
  }

  private mutating func value(_ expression: TemplateExpression) throws(TemplateProblem) -> JSON {
    switch try find(expression) {
    case .value(let value): return value
    case .missing(let problem): throw problem()
    }
  }

  private mutating func find(_ expression: TemplateExpression) throws(TemplateProblem) -> Found {
    switch expression {
    case .literal(let value): return .value(value)
    case .list(let elements):
      var values = [JSON]()
      for element in elements { values.append(try value(element)) }
      return .value(.array(values))
    case .variable(let name, let offset): return variable(name, offset)
    case .loop(let field): return .value(loopValue(field))
    case .member(let base, let name, let offset):
      switch try find(base) {
      case .missing(let problem): return .missing(problem)
      case .value(let object): return member(of: object, name, offset)
      }
    case .index(let base, let index, let offset):
      switch try find(base) {
      case .missing(let problem): return .missing(problem)
      case .value(let object): return element(of: object, try value(index), offset)
      }
    case .filter(let base, let filter, let arguments, let offset): return .value(try filtered(base, filter, arguments, offset))
    case .test(let base, let test, let isNegated): return .value(.bool(try holds(base, test) != isNegated))
    case .not(let base): return .value(.bool(!isTruthy(try value(base))))
    case .and(let left, let right): return .value(.bool(isTruthy(try value(left)) ? isTruthy(try value(right)) : false))
    case .or(let left, let right): return .value(.bool(isTruthy(try value(left)) ? true : isTruthy(try value(right))))
    case .compare(let left, let sign, let right, let offset): return .value(.bool(try compare(value(left), sign, value(right), offset)))
    case .joined(let left, let right, let offset):
      let text = try printed(left, offset) + printed(right, offset)
      if text.utf8.count > Template.outputLimit { throw failure("the text grows beyond \(Template.outputLimit) bytes", offset) }
      return .value(.string(text))
    case .choice(let condition, let then, let otherwise): return try find(isTruthy(try value(condition)) ? then : otherwise)
    }
  }

  private func variable(_ name: String, _ offset: Int) -> Found {
    if let scope = scopes.last(where: { sameBytes($0.name, name) }) { return .value(scope.value) }
    if let value = values[name] { return .value(value) }
    let known = scopes.map(\.name) + values.members.map(\.name), source = source
    return .missing {
      TemplateProblem("undefined variable '\(name)'", help: suggestion(for: name, among: known), at: offset, of: source)
    }
  }

  private func loopValue(_ field: TemplateExpression.LoopField) -> JSON {
    // The parser lets `loop` stand inside of loops only.
    let (index, count) = loops[loops.count - 1]
    return switch field {
    case .index: .int(index + 1)
    case .index0: .int(index)
    case .revindex: .int(count - index)
    case .first: .bool(index == 0)
    case .last: .bool(index == count - 1)
    case .length: .int(count)
    }
  }

  private func member(of object: JSON, _ name: String, _ offset: Int) -> Found {
    if let value = object[name] { return .value(value) }
    let source = source
    return .missing {
      let known = object.object?.members.map(\.name) ?? []
      let message = object.object == nil ? "\(object.kind) has no part '\(name)'" : "undefined variable: no '\(name)' in the mapping"
      return TemplateProblem(message, help: suggestion(for: name, among: known), at: offset, of: source)
    }
  }

  private func element(of object: JSON, _ index: JSON, _ offset: Int) -> Found {
    if let name = index.string { return member(of: object, name, offset) }
    if let values = object.array, let place = index.int {
      let counted = place < 0 ? values.count + place : place
      if values.indices.contains(counted) { return .value(values[counted]) }
    }
    let source = source
    return .missing {
      let message =
        if let values = object.array, index.int != nil { "undefined: no element \(described(index)) in a list of \(values.count)" } else {
          "\(object.kind) has no element \(described(index))"
        }
      return TemplateProblem(message, at: offset, of: source)
    }
  }

  private mutating func filtered(
    _ base: TemplateExpression, _ filter: TemplateFilter, _ arguments: [TemplateExpression], _ offset: Int
  ) throws(TemplateProblem) -> JSON {
    let input: JSON
    switch try find(base) {
    case .value(let value): input = value
    case .missing(let problem):
      guard filter == .fallback else { throw problem() }
      return try value(arguments[0])
    }
    var given = [JSON]()
    for argument in arguments { given.append(try value(argument)) }
    do throws(FilterProblem) {
      return try filter.apply(to: input, given, limit: Template.outputLimit)
    } catch {
      throw failure(error.message, offset)
    }
  }

  private mutating func holds(_ base: TemplateExpression, _ test: TemplateTest) throws(TemplateProblem) -> Bool {
    let found = try find(base)
    switch (test, found) {
    case (.defined, .value): return true
    case (.defined, .missing): return false
    case (.undefined, .value): return false
    case (.undefined, .missing): return true
    case (_, .missing(let problem)): throw problem()
    case (.none, .value(let value)): return value.isNull
    case (.string, .value(let value)): return value.string != nil
    case (.number, .value(let value)): return value.double != nil
    case (.boolean, .value(let value)): return value.bool != nil
    case (.mapping, .value(let value)): return value.object != nil
    case (.sequence, .value(let value)): return value.array != nil
    }
  }

  private func compare(_ left: JSON, _ sign: TemplateExpression.Comparison, _ right: JSON, _ offset: Int) throws(TemplateProblem) -> Bool {
    switch sign {
    case .equal: return left == right
    case .unequal: return left != right
    case .within: return try isWithin(left, right, offset)
    case .notWithin: return try !isWithin(left, right, offset)
    case .less: return try precedes(left, right, offset)
    case .greater: return try precedes(right, left, offset)
    case .lessOrEqual: return try !precedes(right, left, offset)
    case .greaterOrEqual: return try !precedes(left, right, offset)
    }
  }

  private func isWithin(_ part: JSON, _ whole: JSON, _ offset: Int) throws(TemplateProblem) -> Bool {
    switch (whole, part) {
    case (.array(let values), _): return values.contains(part)
    case (.object(let object), .string(let name)): return object[name] != nil
    case (.string(let text), .string(let part)): return part.isEmpty || Needle(part).firstRange(in: text) != nil
    default: throw failure("'in' cannot look for \(part.kind) in \(whole.kind)", offset)
    }
  }

  private func precedes(_ left: JSON, _ right: JSON, _ offset: Int) throws(TemplateProblem) -> Bool {
    if let a = left.double, let b = right.double { return a < b }
    if let a = left.string, let b = right.string { return a.utf8.lexicographicallyPrecedes(b.utf8) }
    throw failure("\(left.kind) and \(right.kind) have no order", offset)
  }
}
