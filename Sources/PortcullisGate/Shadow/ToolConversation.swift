package import PortcullisCore

/// What a tool gave production when it answered a request.
package struct ToolResult: Sendable, Hashable {
  package let call: ToolCall
  package let content: String

  package init(_ call: ToolCall, content: String) {
    self.call = call
    self.content = content
  }
}

/// A request asked of an arm that may call tools, answer by answer. No tool is ever run: a call that production made too is given what was
/// recorded, and every other one a stub.
///
/// It goes on where production's own answer went on past its tools; where production's ended with its calls, so does this one.
package struct ToolConversation: Sendable, Hashable {
  /// Answers of one request at most; one that still calls tools then ends there.
  package static let mostAnswers = 8
  /// Calls of one answer at most; an answer with more ends the conversation.
  package static let mostCalls = 64
  /// What a call gets that production did not make.
  package static let stub = #"{"error":"not available"}"#

  /// What is to be asked next.
  package private(set) var messages: [Message]
  /// Calls that were given what was recorded, and calls that were given the stub.
  package private(set) var recorded = 0
  package private(set) var stubbed = 0
  /// Ended by a limit of ours, not by an answer without calls.
  package private(set) var isCut = false
  private let results: [ToolResult]
  private let goesOn: Bool
  private var answers: [ShadowAnswer] = []
  private var isOpen = true

  package init(_ pair: ShadowPair) {
    messages = pair.messages
    results = pair.toolResults ?? []
    goesOn = pair.toolResults != nil || pair.production?.completion?.finish != .toolCalls
  }

  /// Whether `messages` have no answer yet.
  package var isWaiting: Bool { isOpen }

  /// Whether an answer was taken in already.
  package var isBegun: Bool { !answers.isEmpty }

  /// Takes in the answer to `messages`. Whatever comes after the end is no part of it.
  package mutating func add(_ answer: ShadowAnswer) {
    guard isOpen else { return }
    answers.append(answer)
    guard goesOn, let completion = answer.completion, !completion.toolCalls.isEmpty else {
      isOpen = false
      return
    }
    guard answers.count < ToolConversation.mostAnswers, completion.toolCalls.count <= ToolConversation.mostCalls else {
      isOpen = false
      isCut = true
      return
    }
    let calls = completion.toolCalls.enumerated().map { MadeCall(id: "call_\(answers.count)_\($0 + 1)", $1) }
    messages.append(Message(role: .assistant, content: completion.text ?? "", calls: calls))
    let earlier = answers.dropLast().flatMap { $0.completion?.toolCalls ?? [] }
    for (place, made) in calls.enumerated() {
      let before = (earlier + completion.toolCalls.prefix(place)).count { isSame($0, made.call) }
      messages.append(Message(role: .tool, content: result(of: made.call, before: before), answeredCall: made.id))
    }
  }

  /// The recorded result of a call; of several equal calls each its own, and the last one again after that.
  private mutating func result(of call: ToolCall, before: Int) -> String {
    let known = results.filter { isSame($0.call, call) }
    guard let last = known.last else {
      stubbed += 1
      return ToolConversation.stub
    }
    recorded += 1
    return before < known.count ? known[before].content : last.content
  }

  /// All that was answered, as one: the last text, every call, and what it took together. nil while it waits.
  package var answer: ShadowAnswer? {
    guard !isOpen, var whole = answers.last else { return nil }
    whole.costMicro = sumOfKnown(answers.map(\.costMicro))
    guard answers.count > 1, var completion = whole.completion else { return whole }
    let all = answers.compactMap(\.completion)
    completion.toolCalls = all.flatMap(\.toolCalls)
    completion.usage = TokenUsage(sumOf: all.map(\.usage))
    completion.latency = sumOfKnown(all.map(\.latency))
    completion.ttft = all[0].ttft
    whole.content = .completion(completion)
    return whole
  }
}

private func isSame(_ left: ToolCall, _ right: ToolCall) -> Bool { sameBytes(left.name, right.name) && left.arguments == right.arguments }
