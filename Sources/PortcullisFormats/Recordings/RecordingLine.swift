import PortcullisCore

/// One line of a recording file; nil, with the problems reported, where it cannot be used. `null` means "not known" throughout.
func readRecording(_ reader: inout FieldReader, _ problems: FileProblems) -> Recording? {
  let before = problems.list.errorCount
  let key = readKey(&reader, problems)
  let arm = present(reader.node("arm")).flatMap { node -> Arm? in problems.oneOf(node, "arm") }
  let repeatIndex = present(reader.node("repeat")).flatMap { problems.int($0, "repeat", in: 0...999_999) } ?? 0
  let failure = present(reader.node("failure")).flatMap { readFailure($0, problems) }
  let hasFailure = reader.has("failure")
  let completion = readCompletion(&reader, problems)
  guard problems.list.errorCount == before, let key else { return nil }
  if let failure {
    guard completion.text == nil, completion.toolCalls.isEmpty else {
      problems.error("the recording has an answer and a 'failure'", at: reader.position, help: "it is one or the other")
      return nil
    }
    return Recording(key: key, arm: arm, repeatIndex: repeatIndex, content: .failure(failure), model: completion.servedModel)
  }
  guard !hasFailure || reader.has("text") || reader.has("output"),
    ["text", "output", "tool_calls", "refusal", "finish_reason"].contains(where: reader.has)
  else {
    problems.error("the recording holds no answer", at: reader.position, help: "give it 'text', 'tool_calls' or 'failure'")
    return nil
  }
  return Recording(key: key, arm: arm, repeatIndex: repeatIndex, content: .completion(completion), model: completion.servedModel)
}

private func readKey(_ reader: inout FieldReader, _ problems: FileProblems) -> Recording.Key? {
  let names = ["case", "id", "request"].filter { present(reader.node($0)) != nil }
  guard let name = names.first else {
    problems.error("the recording names no 'case' and no 'request'", at: reader.position)
    return nil
  }
  if names.count > 1, names != ["case", "request"] {
    problems.error("the recording gives '\(names[0])' and '\(names[1])'", at: reader.position(of: names[1]), help: "give one of them")
    return nil
  }
  if let request = names.last, request == "request" { return readDigest(request, &reader, problems).map(Recording.Key.request) }
  return readCaseID(name, &reader, problems).map(Recording.Key.caseID)
}

private func readCompletion(_ reader: inout FieldReader, _ problems: FileProblems) -> Completion {
  func text(_ key: String) -> String? { present(reader.node(key)).flatMap { problems.text($0, key) } }
  func time(_ key: String) -> Duration? {
    present(reader.node(key)).flatMap { problems.number($0, key, in: 0...1e12) }.map { .microseconds(Int64(($0 * 1000).rounded())) }
  }
  var completion = Completion(text: nil)
  let output = text("output")
  completion.text = text("text") ?? output
  if reader.has("text"), reader.has("output") {
    problems.error("the recording gives 'text' and 'output'", at: reader.position(of: "output"), help: "give one of them")
  }
  completion.toolCalls =
    present(reader.node("tool_calls")).flatMap { problems.list($0, "tool_calls") }?.compactMap { readToolCall($0, problems) } ?? []
  let finish = text("finish_reason")
  completion.finish = finish.map(FinishReason.init(word:)) ?? (completion.toolCalls.isEmpty ? .stop : .toolCalls)
  completion.refusal = text("refusal")
  if let node = present(reader.node("usage")) { completion.usage = readUsage(node, problems) }
  completion.latency = time("latency_ms")
  completion.ttft = time("ttft_ms")
  completion.servedModel = text("model")
  completion.responseID = text("response_id")
  return completion
}

private func readToolCall(_ node: Node, _ problems: FileProblems) -> ToolCall? {
  guard var reader = FieldReader(node, "a tool call", problems) else { return nil }
  let name = reader.text("name", required: true)
  let arguments = reader.node("arguments").map(problems.json) ?? .object([])
  _ = reader.rest()
  return name.map { ToolCall(name: $0, arguments: arguments) }
}

private func readUsage(_ node: Node, _ problems: FileProblems) -> TokenUsage {
  guard var reader = FieldReader(node, "'usage'", problems) else { return TokenUsage() }
  func count(_ key: String) -> Int? { present(reader.node(key)).flatMap { problems.int($0, key, in: 0...Int.max) } }
  let usage = TokenUsage(input: count("input"), output: count("output"), cachedInput: count("cached_input"), reasoning: count("reasoning"))
  _ = reader.rest()
  return usage
}

private func readFailure(_ node: Node, _ problems: FileProblems) -> CallFailure? {
  guard var reader = FieldReader(node, "'failure'", problems) else { return nil }
  let kind: FailureKind? = reader.oneOf("kind", required: true)
  let message = present(reader.node("message")).flatMap { problems.text($0, "message") }
  _ = reader.rest()
  return kind.map { CallFailure($0, message ?? "recorded \($0.rawValue)") }
}
