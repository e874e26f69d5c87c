package import PortcullisCore

/// What checks look at: one answer of a model, and what was asked.
package struct Answer: Sendable {
  package let completion: Completion
  /// The messages as they were sent, earlier turns and their answers included; judges see them.
  package let asked: [Message]
  /// nil where the price or the token counts are unknown.
  package let cost: Money?

  package init(completion: Completion, asked: [Message] = [], cost: Money? = nil) {
    self.completion = completion
    self.asked = asked
    self.cost = cost
  }
}

/// Why an answer is no answer: every check fails on it, negated ones too (formats.md §3, reliability.md §4).
enum Trouble: Sendable {
  case refused(String)
  case filtered
  case empty
  case truncated
  /// A finish reason nobody here knows: the answer may be cut or aborted, so no score is given.
  case unknownFinish(String)

  var reason: String {
    switch self {
    case .refused(let text): "the provider reports a refusal: \(quoted(text))"
    case .filtered: "the provider's content filter stopped the answer"
    case .empty: "the answer is empty"
    case .truncated: "the answer was cut at the token limit"
    case .unknownFinish(let word): "the model stopped for an unknown reason: \(quoted(word))"
    }
  }
}

/// An answer made ready for all checks of a case.
struct Reading: Sendable {
  let answer: Answer
  /// "" where the model sent none.
  let text: String
  /// Neither text nor refusal, but tool calls: only checks that read those may hold.
  let isToolCallOnly: Bool
  let trouble: Trouble?

  /// - Parameters: what the case allows; a refusal and a filtered answer are never allowed, only wanted (by `refusal`).
  init(_ answer: Answer, allowEmpty: Bool, allowTruncated: Bool) {
    let completion = answer.completion
    self.answer = answer
    text = completion.text ?? ""
    let isBlank = isBlank(text)
    isToolCallOnly = isBlank && !completion.toolCalls.isEmpty && !allowEmpty
    let finish = Finish(completion.finish)
    trouble =
      if let refusal = completion.refusal { .refused(refusal) } else if finish == .filtered { .filtered } else if finish == .unknown {
        .unknownFinish(completion.finish.word)
      } else if isBlank, completion.toolCalls.isEmpty, !allowEmpty { .empty } else if finish == .cut, !allowTruncated { .truncated } else {
        nil
      }
  }
}

/// The finish reasons of providers and local servers, by what they mean for an answer.
private enum Finish {
  case complete, cut, filtered, unknown

  init(_ reason: FinishReason) {
    switch reason {
    case .stop, .toolCalls: self = .complete
    case .length: self = .cut
    case .contentFilter: self = .filtered
    case .other(let word):
      switch word.lowercased() {
      case "stop", "stop_sequence", "end_turn", "eos", "eos_token", "complete", "completed", "tool_use": self = .complete
      case "length", "max_tokens", "max_length", "model_length": self = .cut
      case "content_filter", "content_filtered", "safety", "recitation", "prohibited_content", "refusal", "guardrail_intervened":
        self = .filtered
      default: self = .unknown
      }
    }
  }
}

/// Whether a reader would see nothing: white space, controls and zero-width characters only.
func isBlank(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || isHostile($0) }
}
