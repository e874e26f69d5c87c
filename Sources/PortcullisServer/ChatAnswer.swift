import PortcullisCore

/// A completion in the words of the chat-completions API: one body, or a stream of chunks.
struct ChatAnswer {
  let completion: Completion
  let model: String
  let id: String

  var body: JSON {
    let message: [(String, JSON?)] = [
      ("role", .string("assistant")), ("content", completion.text.map(JSON.string) ?? .null),
      ("refusal", completion.refusal.map(JSON.string)),
      ("tool_calls", completion.toolCalls.isEmpty ? nil : .array(toolCalls(indexed: false))),
    ]
    let choice: JSON = .object([
      ("index", .int(0)), ("message", .object(present: message)), ("finish_reason", .string(completion.finish.word)),
    ])
    return .object(present: [
      ("id", .string(id)), ("object", .string("chat.completion")), ("created", .int(0)), ("model", .string(model)),
      ("choices", .array([choice])),
      ("usage", usage),
    ])
  }

  /// Payloads of `data:` lines, `[DONE]` last.
  func events(includesUsage: Bool) -> [[UInt8]] {
    var deltas: [JSON] = [.object([("role", .string("assistant")), ("content", .string(""))])]
    deltas += pieces(of: completion.text ?? "").map { .object([("content", .string($0))]) }
    if let refusal = completion.refusal { deltas.append(.object([("refusal", .string(refusal))])) }
    if !completion.toolCalls.isEmpty { deltas.append(.object([("tool_calls", .array(toolCalls(indexed: true)))])) }
    var chunks = deltas.map { chunk(delta: $0, finish: .null) }
    chunks.append(chunk(delta: .object([]), finish: .string(completion.finish.word)))
    if includesUsage, let usage { chunks.append(.object(envelope + [("choices", .array([])), ("usage", usage)])) }
    return chunks.map(\.compactBytes) + [Array("[DONE]".utf8)]
  }

  private var envelope: [(String, JSON)] {
    [("id", .string(id)), ("object", .string("chat.completion.chunk")), ("created", .int(0)), ("model", .string(model))]
  }

  private func chunk(delta: JSON, finish: JSON) -> JSON {
    .object(envelope + [("choices", .array([.object([("index", .int(0)), ("delta", delta), ("finish_reason", finish)])]))])
  }

  private func toolCalls(indexed: Bool) -> [JSON] {
    completion.toolCalls.enumerated().map { place, call in
      let arguments = call.arguments.string ?? call.arguments.compactText
      return .object(present: [
        ("index", indexed ? .int(place) : nil), ("id", .string("call_\(place)")), ("type", .string("function")),
        ("function", .object([("name", .string(call.name)), ("arguments", .string(arguments))])),
      ])
    }
  }

  /// What the recording knows; nil where it knows nothing, so that nothing is invented.
  private var usage: JSON? {
    let usage = completion.usage
    guard usage.input != nil || usage.output != nil else { return nil }
    return .object(present: [
      ("prompt_tokens", usage.input.map(JSON.int)), ("completion_tokens", usage.output.map(JSON.int)),
      ("total_tokens", usage.input.flatMap { input in usage.output.map { .int(input + $0) } }),
      ("prompt_tokens_details", usage.cachedInput.map { .object([("cached_tokens", .int($0))]) }),
      ("completion_tokens_details", usage.reasoning.map { .object([("reasoning_tokens", .int($0))]) }),
    ])
  }

  /// About eight pieces, cut between characters.
  private func pieces(of text: String) -> [String] {
    guard !text.isEmpty else { return [] }
    let size = max(1, (text.count + 7) / 8)
    var pieces: [String] = []
    var start = text.startIndex
    while start < text.endIndex {
      let end = text.index(start, offsetBy: size, limitedBy: text.endIndex) ?? text.endIndex
      pieces.append(String(text[start..<end]))
      start = end
    }
    return pieces
  }
}
