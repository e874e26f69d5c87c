import PortcullisCore
import PortcullisGate

/// Why a line is no shadow pair.
struct ShadowLineProblem: Error {
  let message: String
  let help: String?

  init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }
}

/// Decodes one line of shadow pairs, formats.md §8. `null` means "not known" throughout; what is there must be right.
struct ShadowLine {
  private static let known = ["id", "input", "messages", "tool_results", "production", "candidate", "noise", "tags", "cluster", "at"]
  private static let ofAnswers = [
    "text", "output", "tool_calls", "finish_reason", "refusal", "usage", "latency_ms", "ttft_ms", "model", "response_id", "failure",
    "score",
    "cost_micro_usd",
  ]

  let pair: ShadowPair
  /// Fields that pairs do not have, as in `candidate.mood`.
  private(set) var ignored: [String] = []

  init(_ json: JSON) throws(ShadowLineProblem) {
    guard let object = json.object else { throw ShadowLineProblem("the line is \(json.kind); each line must be one object") }
    guard let written = object["id"] else { throw ShadowLineProblem("the pair has no 'id'") }
    guard let text = written.string else { throw ShadowLineProblem("'id' is \(written.kind); it must be text") }
    guard let id = CaseID(text) else { throw ShadowLineProblem("'id' is '\(text.prefix(80))': \(problem(inID: text) ?? "it is no id")") }
    var pair = ShadowPair(id: id)
    pair.messages = try ShadowLine.messages(object)
    pair.cluster = try ShadowLine.label(object, "cluster")
    pair.tags = try ShadowLine.tags(object)
    for member in object.members where !ShadowLine.known.contains(member.name) { ignored.append(member.name) }
    for arm in [Arm.production, .candidate, .noise] {
      guard let value = object[arm.rawValue], !value.isNull else { continue }
      guard let answer = value.object else { throw ShadowLineProblem("'\(arm.rawValue)' is \(value.kind); it must be a completion") }
      for member in answer.members where !ShadowLine.ofAnswers.contains(member.name) { ignored.append("\(arm.rawValue).\(member.name)") }
      pair[arm] = try ShadowLine.answer(value, answer, arm.rawValue)
    }
    pair.toolResults = try ShadowLine.toolResults(object)
    // The calls that led to production's answer are part of it, wherever they were written down.
    if let results = pair.toolResults, var completion = pair.production?.completion, completion.toolCalls.isEmpty {
      completion.toolCalls = results.map(\.call)
      pair.production?.content = .completion(completion)
    }
    if let at = object["at"], !at.isNull { try ShadowLine.checkTime(at) }
    self.pair = pair
  }

  /// RFC 3339, or hours since the start.
  private static func checkTime(_ at: JSON) throws(ShadowLineProblem) {
    if let hours = at.double, hours >= 0 { return }
    if let text = at.string, isDayOrTime(text) { return }
    throw ShadowLineProblem("'at' is no time", help: "write it as '2026-09-16T13:40:00Z', or as hours since the start")
  }

  private static func messages(_ object: JSONObject) throws(ShadowLineProblem) -> [Message] {
    let input = object["input"].flatMap { $0.isNull ? nil : $0 }, list = object["messages"].flatMap { $0.isNull ? nil : $0 }
    if input != nil, list != nil { throw ShadowLineProblem("the pair has 'input' and 'messages'", help: "give one of them") }
    if let input {
      guard let text = input.string else { throw ShadowLineProblem("'input' is \(input.kind); it must be text") }
      return [Message(role: .user, content: text)]
    }
    guard let list else { return [] }
    guard let items = list.array else { throw ShadowLineProblem("'messages' is \(list.kind); it must be a list") }
    var talk = RecordedTalk()
    for item in items { try talk.add(item) }
    return talk.messages
  }

  private static func toolResults(_ object: JSONObject) throws(ShadowLineProblem) -> [ToolResult]? {
    guard let value = object["tool_results"], !value.isNull else { return nil }
    let help = "as in [{\"name\": …, \"arguments\": {…}, \"content\": \"…\"}]"
    guard let items = value.array else { throw ShadowLineProblem("'tool_results' is \(value.kind); it must be a list", help: help) }
    var results: [ToolResult] = []
    for item in items {
      guard let call = ToolCall(json: item) else { throw ShadowLineProblem("a tool result has no 'name'", help: help) }
      switch item["content"] {
      case .string(let text): results.append(ToolResult(call, content: text))
      case nil, .null: throw ShadowLineProblem("the result of '\(call.name.prefix(80))' has no 'content'", help: help)
      case let content?: results.append(ToolResult(call, content: content.compactText))
      }
    }
    return results
  }

  private static func label(_ object: JSONObject, _ name: String) throws(ShadowLineProblem) -> String? {
    guard let value = object[name], !value.isNull else { return nil }
    return try label(value, name)
  }

  private static func label(_ value: JSON, _ name: String) throws(ShadowLineProblem) -> String {
    let text: String
    switch value {
    case .string(let written): text = written
    case .number(let number): text = number.text
    case .bool(let word): text = word ? "true" : "false"
    case .null, .array, .object: throw ShadowLineProblem("'\(name.prefix(80))' is \(value.kind); it must be text")
    }
    if let trouble = problem(inLabel: text) { throw ShadowLineProblem("'\(name.prefix(80))': \(trouble)") }
    return text
  }

  private static func tags(_ object: JSONObject) throws(ShadowLineProblem) -> [Case.Tag] {
    guard let value = object["tags"], !value.isNull else { return [] }
    guard let written = value.object else { throw ShadowLineProblem("'tags' is \(value.kind); it must be a mapping") }
    var tags: [Case.Tag] = []
    for member in written.members where !member.value.isNull {
      if let trouble = problem(inID: member.name) { throw ShadowLineProblem("the tag name '\(member.name.prefix(80))': \(trouble)") }
      tags.append(Case.Tag(name: member.name, value: try label(member.value, member.name)))
    }
    return tags
  }

  private static func answer(_ value: JSON, _ object: JSONObject, _ arm: String) throws(ShadowLineProblem) -> ShadowAnswer {
    let score = try score(object["score"], arm)
    let cost = try cost(object["cost_micro_usd"], arm)
    if let failure = object["failure"], !failure.isNull {
      guard let kind = failure["kind"]?.string.flatMap(FailureKind.init) else {
        throw ShadowLineProblem(
          "the 'failure' of '\(arm)' has no 'kind' that is known",
          help: "known: \(FailureKind.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return ShadowAnswer(.failure(CallFailure(kind, failure["message"]?.string ?? "recorded \(kind.rawValue)")), costMicro: cost)
    }
    guard var completion = Completion(json: value) else { throw ShadowLineProblem("'\(arm)' is no completion", help: "formats: §7") }
    if completion.text == nil, let output = object["output"]?.string { completion.text = output }
    let holdsAnswer = ["text", "output", "tool_calls", "refusal", "finish_reason"].contains { name in
      object[name].map { !$0.isNull } ?? false
    }
    guard holdsAnswer else {
      throw ShadowLineProblem("'\(arm)' holds no answer", help: "give it 'text', 'tool_calls' or 'failure', or leave it out")
    }
    return ShadowAnswer(.completion(completion), score: score, costMicro: cost)
  }

  private static func score(_ value: JSON?, _ arm: String) throws(ShadowLineProblem) -> Double? {
    switch value {
    case nil, .null: return nil
    case .bool(let passed): return passed ? 1 : 0
    case .number(let number) where number.double >= 0 && number.double <= 1: return number.double
    case .number(let number): throw ShadowLineProblem("the score of '\(arm)' is \(number.text); it must lie between 0 and 1")
    case .string, .array, .object: throw ShadowLineProblem("the score of '\(arm)' is \(value?.kind ?? ""); it must be a number from 0 to 1")
    }
  }

  private static func cost(_ value: JSON?, _ arm: String) throws(ShadowLineProblem) -> Int? {
    guard let value, !value.isNull else { return nil }
    guard let cost = value.int, cost >= 0 else {
      throw ShadowLineProblem("the 'cost_micro_usd' of '\(arm)' must be a whole number of 0 or more")
    }
    return cost
  }
}
