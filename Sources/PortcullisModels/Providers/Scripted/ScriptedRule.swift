package import PortcullisCore

/// When a scripted model says what: the first rule of its file that applies answers.
///
/// Written as one JSON object, all conditions optional and together:
/// `{"case": "refund-1", "contains": "refund", "arm": "candidate", "repeat": 0, …}`, and beside them what is said, in the shape of a
/// recording: `text`, `tool_calls`, `finish_reason`, `refusal`, `usage`, `latency_ms`, `ttft_ms`, `model`, or
/// `failure: {"kind", "message"}`.
package struct ScriptedRule: Sendable, Hashable {
  package let caseID: CaseID?
  /// Found in the last user message, by bytes.
  package let contains: String?
  /// Found in the last message, which must be a tool's result, by bytes.
  package let result: String?
  package let arm: Arm?
  package let repeatIndex: Int?
  package let content: Recording.Content

  package init(
    caseID: CaseID? = nil, contains: String? = nil, result: String? = nil, arm: Arm? = nil, repeatIndex: Int? = nil,
    content: Recording.Content
  ) {
    self.caseID = caseID
    self.contains = contains
    self.result = result
    self.arm = arm
    self.repeatIndex = repeatIndex
    self.content = content
  }

  private static let conditions = ["case", "contains", "result", "arm", "repeat"]
  private static let answers = [
    "text", "tool_calls", "finish_reason", "refusal", "usage", "latency_ms", "ttft_ms", "model", "response_id", "failure",
  ]

  /// - Throws: What is wrong with the rule; the caller knows its place.
  package init(json: JSON) throws(Diagnostic) {
    guard let object = json.object else { throw Diagnostic(.error, "a rule is a mapping, not \(json.kind)") }
    for member in object.members where !(Self.conditions + Self.answers).contains(member.name) {
      throw Diagnostic(.error, "unknown key '\(member.name)'", help: suggestion(for: member.name, among: Self.conditions + Self.answers))
    }
    caseID = try Self.text("case", json).map { text throws(Diagnostic) in
      guard let id = CaseID(text) else { throw Diagnostic(.error, "'\(text)' is no id: \(problem(inID: text) ?? "it is not allowed")") }
      return id
    }
    contains = try Self.text("contains", json)
    guard contains != "" else {
      throw Diagnostic(.error, "'contains' is empty", help: "leave it out: the rule then applies to every message")
    }
    result = try Self.text("result", json)
    guard result != "" else {
      throw Diagnostic(.error, "'result' is empty", help: "write a part of what the tool says")
    }
    arm = try Self.text("arm", json).map { text throws(Diagnostic) in
      guard let arm = Arm(rawValue: text) else {
        throw Diagnostic(.error, "'\(text)' is no arm", help: suggestion(for: text, among: Arm.allCases.map(\.rawValue)))
      }
      return arm
    }
    repeatIndex = json["repeat"]?.int
    if let field = json["repeat"], repeatIndex.map({ $0 < 0 }) ?? true {
      throw Diagnostic(.error, "'repeat' is \(field.compactText); it must be a whole number, 0 or more")
    }
    content = try Self.content(json)
  }

  private static func text(_ name: String, _ json: JSON) throws(Diagnostic) -> String? {
    guard let field = json[name] else { return nil }
    guard let text = field.string else { throw Diagnostic(.error, "'\(name)' is \(field.kind); it must be text") }
    return text
  }

  private static func content(_ json: JSON) throws(Diagnostic) -> Recording.Content {
    if let failure = json["failure"] {
      guard json["text"] == nil, json["tool_calls"] == nil else {
        throw Diagnostic(.error, "a rule gives a 'failure' or an answer, not both")
      }
      let kinds = FailureKind.allCases.map(\.rawValue)
      guard let word = failure["kind"]?.string else {
        throw Diagnostic(.error, "'failure' has no 'kind'", help: "one of: \(kinds.joined(separator: ", "))")
      }
      guard let kind = FailureKind(rawValue: word) else {
        throw Diagnostic(.error, "'\(word)' is no kind of failure", help: suggestion(for: word, among: kinds))
      }
      return .failure(CallFailure(kind, failure["message"]?.string ?? "scripted \(word)"))
    }
    guard ["text", "tool_calls", "refusal", "finish_reason"].contains(where: { json[$0] != nil }) else {
      throw Diagnostic(.error, "a rule says nothing", help: "give it 'text', 'tool_calls', 'refusal', 'finish_reason' or 'failure'")
    }
    guard let completion = Completion(json: json) else {
      throw Diagnostic(.error, "the rule's answer has a field of the wrong type, a negative count or a negative time")
    }
    return .completion(completion)
  }

  func applies(to request: ModelRequest) -> Bool {
    let origin = request.origin
    if let caseID, caseID != origin.caseID { return false }
    if let arm, arm != origin.arm { return false }
    if let repeatIndex, repeatIndex != origin.repeatIndex { return false }
    if let result {
      guard let last = request.messages.last, last.role == .tool, holds(Array(last.content.utf8), Array(result.utf8)) else { return false }
    }
    guard let contains else { return true }
    guard let asked = request.messages.last(where: { $0.role == .user })?.content else { return false }
    return holds(Array(asked.utf8), Array(contains.utf8))
  }
}

private func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
  guard part.count <= text.count else { return false }
  return (0...(text.count - part.count)).contains { text[$0] == part[0] && text[$0..<($0 + part.count)].elementsEqual(part) }
}
