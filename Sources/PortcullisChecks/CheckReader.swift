import PortcullisCore

/// Reads the argument of one check and gathers what is wrong with it.
struct CheckReader {
  let kind: String
  let argument: JSON?
  let expected: JSON?
  let judges: [String: Judge]
  /// Errors only.
  var problems: [Diagnostic] = []

  init(kind: String, argument: JSON?, expected: JSON?, judges: [String: Judge]) {
    self.kind = kind
    self.argument = argument
    self.expected = expected
    self.judges = judges
  }

  mutating func refuse(_ message: String, help: String? = nil) {
    problems.append(Diagnostic(.error, message, help: help))
  }

  /// For checks that are a bare name.
  mutating func takesNothing() -> Bool {
    guard let argument else { return true }
    refuse("'\(kind)' takes no argument, but \(described(argument)) is given", help: "write only '\(kind)'")
    return false
  }

  /// The argument as text that is not empty.
  mutating func text() -> String? {
    guard let argument else {
      refuse("'\(kind)' needs a text", help: "write it as \(kind): \"…\"")
      return nil
    }
    return text(argument, of: "'\(kind)'")
  }

  /// The argument as a list of texts, none empty, at least one.
  mutating func texts() -> [String]? {
    guard let argument else {
      refuse("'\(kind)' needs a list of texts", help: "write it as \(kind): [\"…\", \"…\"]")
      return nil
    }
    return texts(argument)
  }

  mutating func texts(_ value: JSON) -> [String]? {
    guard let items = value.array else {
      refuse("'\(kind)' needs a list of texts, not \(described(value))", help: "write it as \(kind): [\"…\", \"…\"]")
      return nil
    }
    guard !items.isEmpty else {
      refuse("'\(kind)' has an empty list, which decides nothing")
      return nil
    }
    let texts = items.compactMap { text($0, of: "'\(kind)'") }
    return texts.count == items.count ? texts : nil
  }

  mutating func text(_ value: JSON, of owner: String) -> String? {
    switch value {
    case .string(let text):
      if !isBlank(text) { return text }
      refuse("\(owner) has an empty text, which every answer has", help: "write the text that must be there")
    case .number, .bool, .null:
      refuse("\(owner) needs a text, not \(described(value))", help: "write it in quotes: \"\(value.compactText)\"")
    case .array, .object:
      refuse("\(owner) needs a text, not \(described(value))")
    }
    return nil
  }

  /// The argument as a whole number within a range.
  mutating func wholeNumber(_ range: ClosedRange<Int>) -> Int? {
    guard let argument, let number = argument.int, range.contains(number) else {
      let given = argument.map { ", not \(described($0))" } ?? ""
      refuse("'\(kind)' needs a whole number from \(range.lowerBound) to \(range.upperBound)\(given)")
      return nil
    }
    return number
  }

  /// The argument as a mapping with no keys but these.
  mutating func fields(_ known: [String]) -> JSONObject? {
    guard let object = argument?.object else {
      let given = argument.map { ", not \(described($0))" } ?? ""
      refuse("'\(kind)' needs a mapping with \(known.map { "'\($0)'" }.joined(separator: ", "))\(given)")
      return nil
    }
    let unknown = object.members.filter { !known.contains($0.name) }
    for member in unknown { refuse("'\(kind)' knows no '\(member.name)'", help: suggestion(for: member.name, among: known)) }
    return unknown.isEmpty ? object : nil
  }

  /// A regular expression, compiled.
  mutating func pattern(_ text: String, _ cache: inout PatternCache) -> Pattern? {
    guard text.utf8.count <= Pattern.limit else {
      refuse("the pattern has \(text.utf8.count) bytes; at most \(Pattern.limit) are allowed", help: "write several checks")
      return nil
    }
    do {
      return try cache.pattern(text)
    } catch {
      refuse(
        "the pattern \(quoted(text)) is wrong at character \(error.column): \(error.message)", help: "it is read by PCRE2 (Perl's syntax)")
      return nil
    }
  }
}

/// What the user wrote, short.
func described(_ value: JSON) -> String {
  switch value {
  case .null: "null"
  case .bool(let value): "'\(value)'"
  case .number(let number): "the number \(number.text.prefix(40))"
  case .string(let text): "the text \(quoted(text, limit: 40))"
  case .array, .object: value.kind
  }
}
