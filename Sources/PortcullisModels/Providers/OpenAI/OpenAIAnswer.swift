import PortcullisCore

/// Reads a plain answer: one JSON object.
func openAICompletion(_ answer: HTTPAnswer, body: [UInt8]) throws(CallFailure) -> Completion {
  let json: JSON
  do { json = try JSON(parsing: body) } catch { throw .malformed("it is no JSON: \(error)", answer) }
  guard json.object != nil else { throw .malformed("it is \(json.kind) rather than an object", answer) }
  if let error = json["error"], !error.isNull { return try openAIErrorInside(error, answer) }
  guard let choices = json["choices"]?.array else { throw .malformed("it has no 'choices'", answer) }
  guard let choice = firstChoice(choices) else { throw .malformed("'choices' is empty", answer) }
  guard let message = choice["message"], message.object != nil else { throw .malformed("the choice has no 'message'", answer) }
  guard let finish = choice["finish_reason"]?.string else { throw .malformed("there is no 'finish_reason'", answer) }
  return Completion(
    text: try contentText(message["content"], answer), toolCalls: try toolCalls(in: message, answer), finish: FinishReason(word: finish),
    refusal: try optionalText("refusal", in: message, answer), usage: openAIUsage(json["usage"]), latency: answer.timing.total,
    servedModel: nonEmpty(json["model"]), responseID: nonEmpty(json["id"]))
}

/// The choice of index 0; servers that number none have it first.
func firstChoice(_ choices: [JSON]) -> JSON? {
  choices.first { $0["index"]?.int == 0 } ?? choices.first { $0["index"]?.int == nil }
}

/// Text, null, or a list of parts whose texts are joined.
private func contentText(_ content: JSON?, _ answer: HTTPAnswer) throws(CallFailure) -> String? {
  switch content {
  case nil, .null: return nil
  case .string(let text): return text
  case .array(let parts):
    var text = ""
    for part in parts {
      guard let kind = part["type"]?.string else { throw .malformed("a part of 'content' has no 'type'", answer) }
      if kind == "text" || kind == "output_text" {
        guard let piece = part["text"]?.string else { throw .malformed("a text part of 'content' has no text", answer) }
        text += piece
      }
    }
    return text
  case .some(let other): throw .malformed("'content' is \(other.kind)", answer)
  }
}

private func toolCalls(in message: JSON, _ answer: HTTPAnswer) throws(CallFailure) -> [ToolCall] {
  switch message["tool_calls"] {
  case nil, .null:
    guard let legacy = message["function_call"], !legacy.isNull else { return [] }
    return [try toolCall(function: legacy, answer)]
  case .array(let calls):
    var found: [ToolCall] = []
    for call in calls {
      guard let function = call["function"] else { throw .malformed("a tool call has no 'function'", answer) }
      found.append(try toolCall(function: function, answer))
    }
    return found
  case .some(let other): throw .malformed("'tool_calls' is \(other.kind)", answer)
  }
}

private func toolCall(function: JSON, _ answer: HTTPAnswer) throws(CallFailure) -> ToolCall {
  guard let name = function["name"]?.string else { throw .malformed("a tool call has no name", answer) }
  switch function["arguments"] {
  case .string(let text): return ToolCall(name: name, arguments: toolArguments(text))
  case let arguments? where arguments.object != nil: return ToolCall(name: name, arguments: arguments)
  case nil, .null: return ToolCall(name: name, arguments: .object([]))
  case .some(let other): throw .malformed("the arguments of '\(name)' are \(other.kind)", answer)
  }
}

/// The model's own JSON, read strictly; where it is none, its text: a wrong answer, not a broken endpoint. No text is no argument.
func toolArguments(_ text: String) -> JSON {
  if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) { return .object([]) }
  return (try? JSON(parsing: text)) ?? .string(text)
}

private func optionalText(_ name: String, in object: JSON, _ answer: HTTPAnswer) throws(CallFailure) -> String? {
  switch object[name] {
  case nil, .null: return nil
  case .string(let text): return text.isEmpty ? nil : text
  case .some(let other): throw .malformed("'\(name)' is \(other.kind)", answer)
  }
}

func nonEmpty(_ field: JSON?) -> String? { field?.string.flatMap { $0.isEmpty ? nil : $0 } }

/// Counts that are missing, negative or absurd are unknown: nothing is billed by them.
func openAIUsage(_ json: JSON?) -> TokenUsage {
  func count(_ field: JSON?) -> Int? { field?.int.flatMap { 0...1_000_000_000 ~= $0 ? $0 : nil } }
  let input = count(json?["prompt_tokens"]), output = count(json?["completion_tokens"])
  let cached = count(json?["prompt_tokens_details"]?["cached_tokens"]),
    reasoning = count(json?["completion_tokens_details"]?["reasoning_tokens"])
  return TokenUsage(
    input: input, output: output, cachedInput: cached.flatMap { $0 <= input ?? 0 ? $0 : nil },
    reasoning: reasoning.flatMap { $0 <= output ?? 0 ? $0 : nil })
}
