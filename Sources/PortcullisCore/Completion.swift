/// What a model answered to one call, and what it took.
package struct Completion: Sendable, Hashable {
  /// nil where the model sent no text (a tool call, a structured refusal). Exactly as received.
  package var text: String?
  package var toolCalls: [ToolCall]
  package var finish: FinishReason
  /// The provider's own, structured refusal.
  package var refusal: String?
  package var usage: TokenUsage
  /// From sending the request to the end of the answer; nil where it is not known (a recording without it).
  package var latency: Duration?
  /// Time to the first token; nil where the answer was not streamed.
  package var ttft: Duration?
  /// The model name the endpoint says it served.
  package var servedModel: String?
  package var responseID: String?

  package init(
    text: String?, toolCalls: [ToolCall] = [], finish: FinishReason = .stop, refusal: String? = nil, usage: TokenUsage = TokenUsage(),
    latency: Duration? = nil, ttft: Duration? = nil, servedModel: String? = nil, responseID: String? = nil
  ) {
    self.text = text
    self.toolCalls = toolCalls
    self.finish = finish
    self.refusal = refusal
    self.usage = usage
    self.latency = latency
    self.ttft = ttft
    self.servedModel = servedModel
    self.responseID = responseID
  }

  /// Nothing a user could read: no text but blanks, no tool call, no refusal.
  package var isEmpty: Bool {
    toolCalls.isEmpty && refusal == nil && (text ?? "").unicodeScalars.allSatisfy { $0.properties.isWhitespace || isHostile($0) }
  }

  /// Mean time for each output token after the first; nil unless streamed with at least two tokens.
  package var tpot: Duration? {
    guard let latency, let ttft, let output = usage.output, output > 1, latency >= ttft else { return nil }
    return (latency - ttft) / (output - 1)
  }
}

/// Why the model stopped.
package enum FinishReason: Sendable, Hashable {
  case stop
  /// The token limit cut the answer.
  case length
  case contentFilter
  case toolCalls
  case other(String)

  /// The word of OpenAI's API, also used in recordings.
  package init(word: String) {
    switch word {
    case "stop": self = .stop
    case "length": self = .length
    case "content_filter": self = .contentFilter
    case "tool_calls", "function_call": self = .toolCalls
    default: self = .other(word)
    }
  }

  package var word: String {
    switch self {
    case .stop: "stop"
    case .length: "length"
    case .contentFilter: "content_filter"
    case .toolCalls: "tool_calls"
    case .other(let word): word
    }
  }
}

/// Tokens a call used, as the provider counted them; nil is unknown, never zero. Counts are 0 or more.
package struct TokenUsage: Sendable, Hashable {
  package var input: Int?
  package var output: Int?
  /// Of `input`, those read from the provider's cache.
  package var cachedInput: Int?
  /// Of `output`, those spent on reasoning.
  package var reasoning: Int?

  package init(input: Int? = nil, output: Int? = nil, cachedInput: Int? = nil, reasoning: Int? = nil) {
    self.input = input
    self.output = output
    self.cachedInput = cachedInput
    self.reasoning = reasoning
  }

  /// Of several answers to one question; what one of them does not say is unknown of all, and so is everything where there is none.
  package init(sumOf usages: [TokenUsage]) {
    self.init(
      input: sumOfKnown(usages.map(\.input)), output: sumOfKnown(usages.map(\.output)), cachedInput: sumOfKnown(usages.map(\.cachedInput)),
      reasoning: sumOfKnown(usages.map(\.reasoning)))
  }

  package var json: JSON? {
    let members: [(String, JSON?)] = [
      ("input", input.map(JSON.int)), ("output", output.map(JSON.int)), ("cached_input", cachedInput.map(JSON.int)),
      ("reasoning", reasoning.map(JSON.int)),
    ]
    return members.allSatisfy { $0.1 == nil } ? nil : .object(present: members)
  }
}

/// nil where one is unknown, or where there is none.
package func sumOfKnown<Value: AdditiveArithmetic>(_ values: [Value?]) -> Value? {
  guard !values.isEmpty else { return nil }
  return values.reduce(.zero) { total, next in total.flatMap { total in next.map { total + $0 } } }
}
