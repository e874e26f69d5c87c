package import PortcullisCore

/// A model made of rules: for demos, tests and drills, where an answer must be known beforehand.
package struct ScriptedClient: ModelClient {
  package let target: Target
  private let rules: [ScriptedRule]
  private let writer: OpenAIBody
  private let keyPrefix: CompletionKey

  package init(target: Target, rules: [ScriptedRule]) throws(Diagnostic) {
    self.target = target
    self.rules = rules
    writer = try OpenAIBody(target, isStreamed: false)
    keyPrefix = CompletionKey(adapter: "scripted/1", endpoint: "", target: target)
  }

  package func prepare(_ request: ModelRequest) throws(CallFailure) -> PreparedCall {
    let body = writer.body(for: request)
    return PreparedCall(
      request: request, body: body, completionKey: keyPrefix.digest(of: body, request.origin), estimatedUsage: TokenUsage())
  }

  /// The first rule that applies; its latency is reported, not waited for. No rule is a failure: a silent default would pass checks.
  package func send(_ call: PreparedCall) async throws(CallFailure) -> Completion {
    guard !Task.isCancelled else { throw CallFailure(.cancelled, "the call was cancelled") }
    guard let rule = rules.first(where: { $0.applies(to: call.request) }) else {
      throw CallFailure(.request, "no rule answers case '\(visible(call.request.origin.caseID.text))'")
    }
    switch rule.content {
    case .failure(let failure): throw failure
    case .completion(let completion):
      guard target.accepts(servedModel: completion.servedModel) else {
        throw wrongModel(asked: target.model, served: completion.servedModel ?? "", mayBeBilled: false)
      }
      return completion
    }
  }
}
