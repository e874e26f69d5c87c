import PortcullisCore

/// What may be written after `|`.
enum TemplateFilter: String, Sendable, CaseIterable {
  case upper, lower, title, trim, replace, truncate, indent
  case length, first, last, join
  case tojson
  /// Written `default`: for a value that is missing or null.
  case fallback = "default"

  static let names = allCases.map(\.rawValue) + ["count", "d"]

  static func named(_ word: String) -> TemplateFilter? {
    switch word {
    case "count": .length
    case "d": .fallback
    default: TemplateFilter(rawValue: word)
    }
  }

  /// How many arguments it takes.
  var arguments: ClosedRange<Int> {
    switch self {
    case .upper, .lower, .title, .trim, .length, .first, .last: 0...0
    case .replace: 2...2
    case .truncate: 1...2
    case .indent: 0...2
    case .join, .tojson: 0...1
    case .fallback: 1...1
    }
  }

  var usage: String {
    switch self {
    case .upper, .lower, .title, .trim, .length, .first, .last: "no argument"
    case .replace: "two texts: what, by what"
    case .truncate: "a length and perhaps an ending"
    case .indent: "perhaps a width and whether the first line too"
    case .join: "perhaps a separator"
    case .tojson: "perhaps an indent"
    case .fallback: "one value"
    }
  }
}

/// Why a filter could not be applied; the renderer adds the place.
struct FilterProblem: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

extension TemplateFilter {
  /// - Precondition: As many arguments as `arguments` says.
  func apply(to value: JSON, _ given: [JSON], limit: Int) throws(FilterProblem) -> JSON {
    switch self {
    case .upper: return .string(try text(value).uppercased())
    case .lower: return .string(try text(value).lowercased())
    case .title: return .string(titled(try text(value)))
    case .trim: return .string(String(trimmed(try text(value))))
    case .replace: return .string(try replaced(try text(value), try text(given[0]), try text(given[1]), limit: limit))
    case .truncate: return .string(truncated(try text(value), try count(given[0]), try given.count > 1 ? text(given[1]) : "…"))
    case .indent:
      let first = given.count > 1 ? isTruthy(given[1]) : false
      return .string(try indented(try text(value), try given.isEmpty ? 4 : count(given[0]), first: first, limit: limit))
    case .length: return .int(try size(value))
    case .first, .last: return try end(value)
    case .join: return .string(try joined(value, try given.isEmpty ? "" : text(given[0]), limit: limit))
    case .tojson: return .string(given.isEmpty || given[0].int == 0 ? value.compactText : value.prettyText)
    case .fallback: return value.isNull ? given[0] : value
    }
  }

  private func text(_ value: JSON) throws(FilterProblem) -> String {
    guard let text = plainText(value) else { throw FilterProblem("'\(rawValue)' needs a text, not \(value.kind)") }
    return text
  }

  private func count(_ value: JSON) throws(FilterProblem) -> Int {
    guard let count = value.int, 0...1_000_000 ~= count else {
      throw FilterProblem("'\(rawValue)' needs a whole number from 0, not \(described(value))")
    }
    return count
  }

  private func size(_ value: JSON) throws(FilterProblem) -> Int {
    switch value {
    case .string(let text): return text.count
    case .array(let values): return values.count
    case .object(let object): return object.members.count
    case .null, .bool, .number: throw FilterProblem("'\(rawValue)' needs a text, a list or a mapping, not \(value.kind)")
    }
  }

  private func end(_ value: JSON) throws(FilterProblem) -> JSON {
    switch value {
    case .string(let text):
      guard let character = self == .first ? text.first : text.last else {
        throw FilterProblem("an empty text has no '\(rawValue)' character")
      }
      return .string(String(character))
    case .array(let values):
      guard let element = self == .first ? values.first : values.last else {
        throw FilterProblem("an empty list has no '\(rawValue)' element")
      }
      return element
    case .null, .bool, .number, .object: throw FilterProblem("'\(rawValue)' needs a list or a text, not \(value.kind)")
    }
  }

  private func joined(_ value: JSON, _ separator: String, limit: Int) throws(FilterProblem) -> String {
    guard let values = value.array else { throw FilterProblem("'join' needs a list, not \(value.kind)") }
    var out = ""
    for (index, element) in values.enumerated() {
      guard let text = plainText(element) else { throw FilterProblem("'join' needs a list of texts; it holds \(element.kind)") }
      out += index == 0 ? text : separator + text
      if out.utf8.count > limit { throw FilterProblem("'join' makes a text of more than \(limit) bytes") }
    }
    return out
  }

  private func replaced(_ text: String, _ old: String, _ new: String, limit: Int) throws(FilterProblem) -> String {
    guard !old.isEmpty else { throw FilterProblem("'replace' needs a text to look for") }
    let parts = text.split(separator: old, omittingEmptySubsequences: false)
    let size = parts.reduce(0) { $0 + $1.utf8.count } + (parts.count - 1) * new.utf8.count
    guard size <= limit else { throw FilterProblem("'replace' makes a text of more than \(limit) bytes") }
    return parts.joined(separator: new)
  }

  private func indented(_ text: String, _ width: Int, first: Bool, limit: Int) throws(FilterProblem) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard text.utf8.count + lines.count * width <= limit else { throw FilterProblem("'indent' makes a text of more than \(limit) bytes") }
    let blanks = String(repeating: " ", count: width)
    return lines.enumerated().map { ($0 == 0 && !first) || $1.isEmpty ? String($1) : blanks + $1 }.joined(separator: "\n")
  }
}

/// At most `length` characters with the ending, cut at the end of a word where there is one.
private func truncated(_ text: String, _ length: Int, _ ending: String) -> String {
  guard text.count > length else { return text }
  let head = text.prefix(max(0, length - ending.count))
  if text[head.endIndex].isWhitespace { return head + ending }
  let cut = head.lastIndex(where: \.isWhitespace).map { head[..<$0] } ?? head
  return cut + ending
}

/// The first letter of each word in upper case, the others in lower case.
private func titled(_ text: String) -> String {
  var out = "", isStart = true
  for character in text {
    out += isStart ? character.uppercased() : character.lowercased()
    isStart = !(character.isLetter || character.isNumber || character == "'" || character == "’")
  }
  return out
}

/// A text, number, true or false as it is printed; nil for the others.
func plainText(_ value: JSON) -> String? {
  switch value {
  case .string(let text): text
  case .number(let number): number.text
  case .bool(let value): value ? "true" : "false"
  case .null, .array, .object: nil
  }
}

/// Whether a condition holds: not for null, false, 0, and what is empty.
func isTruthy(_ value: JSON) -> Bool {
  switch value {
  case .null: false
  case .bool(let value): value
  case .number(let number): number.double != 0
  case .string(let text): !text.isEmpty
  case .array(let values): !values.isEmpty
  case .object(let object): !object.members.isEmpty
  }
}
