package import PortcullisCore

/// Says in which fields two answers differ, as a rule's `compare` and `ignore` say.
package struct AnswerDifference: Sendable {
  private let comparison: AnswerComparison
  private let ignored: [[Substring]]
  /// More fields of one pair are not told apart: the last one stands for the rest.
  static let mostFields = 64

  package init(_ rule: NoChangeRule) {
    comparison = rule.compare
    ignored = rule.ignore.map(pathSteps)
  }

  /// Whether there is anything to compare: under `tool-calls` some answer must call a tool.
  func isComparable(_ answers: [Completion]) -> Bool {
    comparison != .toolCalls || answers.contains { !$0.toolCalls.isEmpty }
  }

  /// Paths of the fields in which the answers differ, each once, sorted; empty where they are the same.
  package func fields(_ left: Completion, _ right: Completion) -> [String] {
    var finder = FieldFinder(ignored: ignored)
    switch comparison {
    case .text:
      if left.shownText != right.shownText { finder.text(left, right, at: ["text"]) }
      if !isSame(left.toolCalls, right.toolCalls) { finder.note(["tool_calls"]) }
    case .json:
      compareJSON(left, right, &finder)
      finder.calls(left.toolCalls, right.toolCalls)
    case .toolCalls: finder.calls(left.toolCalls, right.toolCalls)
    case .judge: break  // graded, never taken apart
    }
    return finder.paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// A text that is no JSON is one field of its own.
  private func compareJSON(_ left: Completion, _ right: Completion, _ finder: inout FieldFinder) {
    if left.shownText == right.shownText { return }
    if left.refusal == nil, right.refusal == nil, let old = document(left), let new = document(right) {
      return finder.values(old, new, at: [])
    }
    finder.text(left, right, at: ["text"])
  }

  private func document(_ completion: Completion) -> JSON? {
    completion.text.flatMap { try? JSON(parsing: $0) }
  }

  private func isSame(_ left: [ToolCall], _ right: [ToolCall]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { sameBytes($0.name, $1.name) && $0.arguments == $1.arguments }
  }
}

/// Walks two values side by side and gathers where they differ. Elements of a list share one path, `items[*]`.
private struct FieldFinder {
  let ignored: [[Substring]]
  private(set) var paths: Set<String> = []

  init(ignored: [[Substring]]) { self.ignored = ignored }

  mutating func text(_ left: Completion, _ right: Completion, at path: [Substring]) {
    if left.normalisedText != right.normalisedText || left.refusal.map(normalised) != right.refusal.map(normalised) { note(path) }
  }

  mutating func calls(_ left: [ToolCall], _ right: [ToolCall]) {
    if left.count != right.count { note(["tool_calls", "count"]) }
    for (old, new) in zip(left, right) {
      guard sameBytes(old.name, new.name) else {
        note(["tool_calls", "name"])
        continue
      }
      values(old.arguments, new.arguments, at: [Substring(old.name)])
    }
  }

  mutating func values(_ left: JSON, _ right: JSON, at path: [Substring]) {
    if isIgnored(path) || left == right { return }
    switch (left, right) {
    case (.object(let old), .object(let new)):
      for member in old.members {
        let place = path + [Substring(member.name)]
        if let other = new[member.name] { values(member.value, other, at: place) } else { note(place) }
      }
      for member in new.members where old[member.name] == nil { note(path + [Substring(member.name)]) }
    case (.array(let old), .array(let new)):
      let place = path.isEmpty ? ["[*]"] : path.dropLast() + [path[path.count - 1] + "[*]"]
      if old.count != new.count { note(path + ["length"]) }
      for (a, b) in zip(old, new) { values(a, b, at: place) }
    case (.string(let old), .string(let new)):
      if normalised(old) != normalised(new) { note(path) }
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): note(path)
    }
  }

  mutating func note(_ path: [Substring]) {
    guard !isIgnored(path) else { return }
    paths.insert(paths.count < AnswerDifference.mostFields - 1 ? shortened(path.joined(separator: ".")) : "(more fields)")
  }

  /// A path is ignored where a written one is its beginning, or it whole.
  private func isIgnored(_ path: [Substring]) -> Bool {
    ignored.contains { written in
      written.count <= path.count && zip(written, path).allSatisfy { $0 == "*" || sameBytes(String($0), String($1)) }
    }
  }

  private func shortened(_ path: String) -> String {
    path.isEmpty ? "(whole)" : path.utf8.count <= 200 ? visible(path) : visible(path.prefix(60)) + "…"
  }
}

/// `a.b[*].c` as steps; a leading `$.` may stand before it.
private func pathSteps(_ path: String) -> [Substring] {
  let rest = path.hasPrefix("$.") ? path.dropFirst(2) : Substring(path)
  return rest.split(separator: ".", omittingEmptySubsequences: false)
}

extension Completion {
  fileprivate var shownText: [String?] { [text, refusal] }
  fileprivate var normalisedText: [UInt8] { normalised(text ?? "") }
}

private func normalised(_ text: String) -> [UInt8] {
  var bytes: [UInt8] = []
  text.forEachNormalisedByte(foldingCase: false) { bytes.append($0) }
  return bytes
}
