package import PortcullisCore

/// Answers from recordings: nothing is sent, and what a recording does not hold stays missing.
package struct ReplayClient: ModelClient {
  package let target: Target
  private let table: RecordingTable
  private let writer: OpenAIBody
  private let keyPrefix: CompletionKey

  package init(target: Target, table: RecordingTable) throws(Diagnostic) {
    self.target = target
    self.table = table
    writer = try OpenAIBody(target, isStreamed: false)
    keyPrefix = CompletionKey(adapter: "replay/1", endpoint: "", target: target)
  }

  package func prepare(_ request: ModelRequest) throws(CallFailure) -> PreparedCall {
    let body = writer.body(for: request)
    return PreparedCall(
      request: request, body: body, completionKey: keyPrefix.digest(of: body, request.origin), estimatedUsage: TokenUsage())
  }

  /// By the digest of the request, else by its case. A repeat that was not recorded is missing: giving another one's answer again would
  /// make a model look steadier than anyone has seen it.
  package func send(_ call: PreparedCall) async throws(CallFailure) -> Completion {
    guard !Task.isCancelled else { throw CallFailure(.cancelled, "the call was cancelled") }
    let origin = call.request.origin
    var answers: [Recording] = []
    if table.hasRequests {
      let body: JSON
      do { body = try JSON(parsing: call.body) } catch { throw CallFailure(.request, "the request is no JSON: \(error)") }
      answers = table.answers(to: .request(RecordingTable.digest(ofRequest: body)), arm: origin.arm, model: target.model)
    }
    if answers.isEmpty, origin.turn == 0 { answers = table.answers(to: .caseID(origin.caseID), arm: origin.arm, model: target.model) }
    guard let recording = answers.first(where: { $0.repeatIndex == origin.repeatIndex }) else {
      throw CallFailure(.request, missing(origin, hasOthers: !answers.isEmpty))
    }
    switch recording.content {
    case .failure(let failure): throw failure
    case .completion(let completion):
      guard target.accepts(servedModel: completion.servedModel) else {
        throw wrongModel(asked: target.model, served: completion.servedModel ?? "", mayBeBilled: false)
      }
      return completion
    }
  }

  private func missing(_ origin: ModelRequest.Origin, hasOthers: Bool) -> String {
    let id = visible(origin.caseID.text)
    if hasOthers { return "repeat \(origin.repeatIndex) of case '\(id)' is not recorded" }
    if origin.turn > 0 { return "turn \(origin.turn) of case '\(id)' is not recorded by its request" }
    if !table.knows(model: target.model) { return "no recording is of the model '\(visible(target.model))'" }
    return "case '\(id)' is not recorded for the \(origin.arm.rawValue)"
  }
}
