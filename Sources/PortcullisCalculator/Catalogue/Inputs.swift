package import PortcullisCore

/// Why a request cannot be computed, in words for whoever sent it.
package struct InputProblem: Error, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// A method's inputs, each of its declared shape. Asking for a name that is not declared, or as another type than its shape's, is a
/// mistake of the method and stops the program; `HostileInputTests` call every method.
package struct Inputs: Sendable {
  private let values: [String: Value]
  private let given: JSONObject
  /// The way to these inputs where they are an element of a list: `watch[1].`.
  private let path: String

  private indirect enum Value: Sendable {
    case absent
    case number(Double)
    case whole(Int)
    case text(String)
    case label(JSON)
    case numbers([Double])
    case list([Value])
    case record(Inputs)
  }

  /// Holds what was given against what is declared; throws `InputProblem` for the first input that does not fit.
  package init(_ given: JSONObject, declared: [Input], path: String = "") throws {
    self.given = given
    self.path = path
    for member in given.members where !declared.contains(where: { sameBytes($0.name, member.name) }) {
      let names = declared.map(\.name)
      throw InputProblem(
        "unknown input \(quoted(path + member.name))" + hint(member.name, among: names, else: "known: \(names.joined(separator: ", "))"))
    }
    var values: [String: Value] = [:]
    for input in declared {
      let name = path + input.name
      let present = given[input.name].flatMap { $0.isNull ? nil : $0 } ?? input.fallback
      guard let present else { throw InputProblem("'\(name)' is missing: \(input.meaning); it must be \(input.shape.text)") }
      values[input.name] = present.isNull ? .absent : try Self.read(present, as: input.shape, name: name)
    }
    self.values = values
  }

  private static func read(_ json: JSON, as shape: Shape, name: String) throws -> Value {
    switch shape {
    case .number(let bounds): return .number(try number(json, bounds, shape, name: name))
    case .whole(let range):
      guard let value = json.int, range.contains(value) else { throw misfit(json, shape, name) }
      return .whole(value)
    case .word(let words):
      guard let word = json.string, words.contains(where: { sameBytes($0, word) }) else { throw misfit(json, shape, name, words: words) }
      return .text(word)
    case .label:
      guard json.string != nil || json.int != nil else { throw misfit(json, shape, name) }
      return .label(json)
    case .list(let element, let count):
      guard let elements = json.array else { throw misfit(json, shape, name) }
      guard count.contains(elements.count) else {
        throw InputProblem("'\(name)' has \(elements.count) elements; it must have \(count.lowerBound) to \(count.upperBound)")
      }
      if case .number(let bounds) = element {
        var numbers: [Double] = []
        numbers.reserveCapacity(elements.count)
        for (index, value) in elements.enumerated() { numbers.append(try number(value, bounds, element, name: name, index: index)) }
        return .numbers(numbers)
      }
      return .list(try elements.enumerated().map { try read($1, as: element, name: "\(name)[\($0)]") })
    case .row(let shapes):
      guard let elements = json.array, elements.count == shapes.count else { throw misfit(json, shape, name) }
      return .list(try zip(elements, shapes).enumerated().map { try read($1.0, as: $1.1, name: "\(name)[\($0)]") })
    case .record(let members):
      guard let object = json.object else { throw misfit(json, shape, name) }
      return .record(try Inputs(object, declared: members, path: name + "."))
    case .orNull(let inner): return json.isNull ? .absent : try read(json, as: inner, name: name)
    }
  }

  private static func number(_ json: JSON, _ bounds: Bounds, _ shape: Shape, name: String, index: Int? = nil) throws -> Double {
    let value: Double? =
      switch json {
      case .number(let number): number.double
      case .string("inf"): .infinity
      case .string("-inf"): -.infinity
      case .null, .bool, .string, .array, .object: nil
      }
    guard let value, bounds.contains(value) else { throw misfit(json, shape, index.map { "\(name)[\($0)]" } ?? name) }
    return value
  }

  private static func misfit(_ json: JSON, _ shape: Shape, _ name: String, words: [String] = []) -> InputProblem {
    let hint = json.string.flatMap { nearestWord(to: String($0.prefix(100)), among: words) }.map { "; did you mean \"\($0)\"?" } ?? ""
    return InputProblem("'\(name)' is \(excerpt(json)); it must be \(shape.text)\(hint)")
  }

  // MARK: values

  /// Whether the input was given, or has a default that is not null.
  package func has(_ name: String) -> Bool { if case .absent = value(name) { false } else { true } }

  package func number(_ name: String) -> Double {
    switch value(name) {
    case .number(let number): number
    case .whole(let whole): Double(whole)
    case .absent, .text, .label, .numbers, .list, .record: mistaken(name, "a number")
    }
  }

  /// nil where the input is absent.
  package func optionalNumber(_ name: String) -> Double? { has(name) ? number(name) : nil }

  package func whole(_ name: String) -> Int {
    guard case .whole(let whole) = value(name) else { mistaken(name, "a whole number") }
    return whole
  }

  package func word(_ name: String) -> String {
    guard case .text(let word) = value(name) else { mistaken(name, "a word") }
    return word
  }

  /// A list of numbers or of whole numbers.
  package func numbers(_ name: String) -> [Double] {
    switch value(name) {
    case .numbers(let numbers): numbers
    case .list(let values): values.map { if let number = Self.plain($0) { number } else { mistaken(name, "a list of numbers") } }
    case .absent, .number, .whole, .text, .label, .record: mistaken(name, "a list of numbers")
    }
  }

  /// A list of lists of numbers, nil where null; the rows may differ in length.
  package func matrix(_ name: String) -> [[Double?]] {
    guard case .list(let rows) = value(name) else { mistaken(name, "a list of lists") }
    return rows.map { row in
      switch row {
      case .numbers(let numbers): numbers
      case .list(let values): values.map(Self.plain)
      case .absent, .number, .whole, .text, .label, .record: mistaken(name, "a list of lists")
      }
    }
  }

  /// An input as it was given, of its declared shape: for rows of several kinds.
  package func given(_ name: String) -> JSON? { given[name] }

  /// The elements of a list of records.
  package func records(_ name: String) -> [Inputs] {
    guard case .list(let values) = value(name) else { mistaken(name, "a list") }
    return values.map { if case .record(let record) = $0 { record } else { mistaken(name, "a list of records") } }
  }

  private static func plain(_ value: Value) -> Double? {
    switch value {
    case .number(let number): number
    case .whole(let whole): Double(whole)
    case .absent, .text, .label, .numbers, .list, .record: nil
    }
  }

  private func value(_ name: String) -> Value {
    guard let value = values[name] else { preconditionFailure("the method declares no input '\(name)'") }
    return value
  }

  private func mistaken(_ name: String, _ kind: String) -> Never { preconditionFailure("the input '\(name)' is not declared as \(kind)") }
}

extension Inputs {
  /// Two counts of which the first is part of the second.
  package func part(_ part: String, of whole: String) throws -> (part: Int, whole: Int) {
    let (x, n) = (self.whole(part), self.whole(whole))
    guard x <= n else { throw problem(part, "it must not exceed '\(path)\(whole)', \(n)") }
    return (x, n)
  }

  /// Two parallel lists of numbers.
  package func parallel(_ first: String, _ second: String) throws -> ([Double], [Double]) {
    try requireParallel([first, second])
    return (numbers(first), numbers(second))
  }

  /// Throws unless the lists, as given, have one length.
  package func requireParallel(_ names: [String]) throws {
    guard let first = names.first else { return }
    let count = given[first]?.array?.count ?? 0
    for name in names.dropFirst() {
      let other = given[name]?.array?.count ?? 0
      guard other == count else {
        throw InputProblem(
          "'\(path)\(first)' has \(count) elements and '\(path)\(name)' has \(other); they must have one for each, in one order")
      }
    }
  }

  /// The cluster of each of the elements of `list`; each its own where `clusters` is absent.
  package func clusters(of list: String) throws -> [JSON] {
    let count = given[list]?.array?.count ?? 0
    guard has("clusters") else { return (0..<count).map(JSON.int) }
    try requireParallel([list, "clusters"])
    guard let names = given["clusters"]?.array else { return [] }
    return names
  }

  /// What is wrong with an input beside its shape: quotes it as it was given.
  ///
  /// - Parameter demand: As it follows the value: `it must not exceed 'n', 10`.
  package func problem(_ name: String, _ demand: String) -> InputProblem {
    InputProblem("'\(path)\(name)' is \(given[name].map(excerpt) ?? "absent"); \(demand)")
  }
}

/// The beginning of a value as it was written.
func excerpt(_ json: JSON) -> String {
  let most = 60
  switch json {
  case .array(let values) where values.count > 8: return "a list of \(values.count) elements"
  case .string(let text): return quoted(text)
  case .null, .bool, .number, .array, .object:
    return beginning(json.compactText, most)
  }
}

/// The beginning of a text between quotes.
func quoted(_ text: String) -> String {
  "'" + beginning(text, 60) + "'"
}

/// The first scalars of a text, which are few bytes where the first characters need not be.
private func beginning(_ text: String, _ most: Int) -> String {
  let head = text.unicodeScalars.prefix(most)
  return visible(String(String.UnicodeScalarView(head))) + (head.endIndex < text.unicodeScalars.endIndex ? "…" : "")
}
