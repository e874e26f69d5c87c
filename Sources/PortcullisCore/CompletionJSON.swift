// Completions in the shape of formats.md §7: what recordings hold, the store keeps and `export trials` prints.

extension Completion {
  package var json: JSON {
    .object(present: [
      ("text", text.map(JSON.string)),
      ("tool_calls", toolCalls.isEmpty ? nil : .array(toolCalls.map(\.json))),
      ("finish_reason", .string(finish.word)),
      ("refusal", refusal.map(JSON.string)),
      ("usage", usage.json),
      ("latency_ms", latency.map(milliseconds)),
      ("ttft_ms", ttft.map(milliseconds)),
      ("model", servedModel.map(JSON.string)),
      ("response_id", responseID.map(JSON.string)),
    ])
  }

  /// Reads that shape; nil where a field has another type, a count is negative or a duration is not finite.
  package init?(json: JSON) {
    guard json.object != nil else { return nil }
    var toolCalls = [ToolCall]()
    for written in json["tool_calls"].flatMap({ $0.isNull ? [] : $0.array }) ?? [] {
      guard let call = ToolCall(json: written) else { return nil }
      toolCalls.append(call)
    }
    if let field = json["tool_calls"], !field.isNull, field.array == nil { return nil }
    guard let text = optionalText(json["text"]), let refusal = optionalText(json["refusal"]),
      let finish = optionalText(json["finish_reason"]),
      let model = optionalText(json["model"]), let responseID = optionalText(json["response_id"]),
      let latency = optionalDuration(json["latency_ms"]), let ttft = optionalDuration(json["ttft_ms"]),
      let usage = TokenUsage(json: json["usage"])
    else { return nil }
    self.init(
      text: text, toolCalls: toolCalls, finish: finish.map(FinishReason.init(word:)) ?? (toolCalls.isEmpty ? .stop : .toolCalls),
      refusal: refusal,
      usage: usage, latency: latency, ttft: ttft, servedModel: model, responseID: responseID)
  }
}

extension TokenUsage {
  /// Absent or null is all unknown; nil (the failure) where a count is no whole number of 0 or more.
  package init?(json: JSON?) {
    self.init()
    guard let json, !json.isNull else { return }
    guard json.object != nil else { return nil }
    func count(_ name: String) -> Int?? {
      guard let field = json[name], !field.isNull else { return .some(nil) }
      guard let value = field.int, value >= 0 else { return nil }
      return value
    }
    guard let input = count("input"), let output = count("output"), let cached = count("cached_input"), let reasoning = count("reasoning")
    else { return nil }
    self.init(input: input, output: output, cachedInput: cached, reasoning: reasoning)
  }
}

/// Milliseconds to the microsecond.
private func milliseconds(_ duration: Duration) -> JSON { .double(Double(duration.microseconds) / 1000) }

/// `.some(nil)` for absent or null, nil for another type.
private func optionalText(_ field: JSON?) -> String?? {
  guard let field, !field.isNull else { return .some(nil) }
  return field.string.map { .some($0) } ?? nil
}

private func optionalDuration(_ field: JSON?) -> Duration?? {
  guard let field, !field.isNull else { return .some(nil) }
  guard let value = field.double, value >= 0, value < 1e12 else { return nil }
  return .microseconds(Int64((value * 1000).rounded()))
}
