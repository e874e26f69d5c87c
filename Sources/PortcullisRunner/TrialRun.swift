package import PortcullisChecks
package import PortcullisCore
import PortcullisGate

/// What an arm asks with: a client, its limits and its prompt.
package struct ArmSetup: Sendable {
  package let arm: Arm
  package let client: any ModelClient
  package let prompting: Prompting

  package init(arm: Arm, client: any ModelClient) throws(TemplateProblem) {
    self.arm = arm
    self.client = client
    prompting = try Prompting(client.target.prompt)
  }
}

/// One trial: answer by answer, then its scores. What is recorded already is not asked again.
struct TrialRun: Sendable {
  let planned: PlannedTrial
  let testCase: Case
  let checks: CompiledChecks
  let setup: ArmSetup
  let caller: Caller
  /// By judge name.
  let judges: [String: Caller]
  let templates: TemplateCache
  let nonceKey: [UInt8]

  private var key: TrialKey { planned.key }
  private var shared: Caller.Shared { caller.shared }

  /// - Throws: Only what `record` throws.
  func run() async throws {
    var spent = TrialCost(planned.spentMicro)
    var answers: [Answer] = []
    for turn in 0..<checks.turns {
      switch try await answer(turn: turn, earlier: answers, spent: &spent) {
      case .success(let answer): answers.append(answer)
      case .failure(let failure):
        // A runaway answer is a bad answer and is scored; every other failure leaves the trial missing.
        if failure.kind == .tooLarge { return try await score(answers, failure: failure, spent: spent) }
        // What an endpoint that was never there did not answer stays open too: when it is back, the same command asks it.
        if failure.isSilence, !caller.endpoint.hasAnswered { return shared.progress.ended(.callFailed(failure.kind)) }
        return try await end(.callFailed(failure.kind), answers, [], reason: failure.message, spent: spent)
      }
    }
    try await score(answers, failure: nil, spent: spent)
  }

  private func answer(turn: Int, earlier: [Answer], spent: inout TrialCost) async throws -> Result<Answer, CallFailure> {
    let messages: [Message]
    do throws(TemplateProblem) {
      let texts = earlier.map { $0.completion.text ?? "" }
      messages = try setup.prompting.messages(for: testCase, turn: turn, earlier: texts, templates: templates)
    } catch {
      return .failure(CallFailure(.request, "the prompt cannot be written: \(error)"))
    }
    let purpose = CallPurpose.answer(turn: turn)
    let origin = ModelRequest.Origin(caseID: testCase.id, arm: key.arm, repeatIndex: key.repeatIndex, turn: turn)
    let request = ModelRequest(messages: messages, origin: origin)
    let completion: Completion
    if let known = try await reply(purpose, to: request, of: caller, spent: &spent) {
      completion = known
    } else {
      let result = try await caller.ask(
        request, trial: key, purpose: purpose, attemptsBefore: planned.attempts[purpose] ?? 0, spent: &spent)
      switch result {
      case .success(let fresh): completion = fresh
      case .failure(let failure): return .failure(failure)
      }
    }
    let price = setup.client.target.price
    let cost = price.flatMap { price in price.cost(of: completion.usage).map { Money(micro: $0, currency: price.currency) } }
    return .success(Answer(completion: completion, asked: messages, cost: cost))
  }

  /// A reply that is recorded already. One of an earlier run is taken over only where the question is the same today (its completion key says so),
  /// and is recorded in this run first.
  ///
  /// - Parameter named: The request that names the question.
  private func reply(_ purpose: CallPurpose, to named: ModelRequest, of caller: Caller, spent: inout TrialCost) async throws -> Completion?
  {
    if let known = planned.replies[purpose] { return known }
    guard let reused = planned.reused[purpose], let key = try? caller.key(of: named, purpose), key == reused.completionKey else {
      return nil
    }
    spent.tookOver = true
    let attempt = AttemptKey(trial: planned.key, purpose: purpose, number: 1 + (planned.attempts[purpose] ?? 0))
    try await shared.record(.reused(attempt, completionKey: reused.completionKey, source: reused.source), .queued)
    return reused.completion
  }

  private func score(_ answers: [Answer], failure: CallFailure?, spent before: TrialCost) async throws {
    var spent = before
    var scores: [CheckScore] = []
    for (place, step) in checks.score(answers, failure: failure).enumerated() {
      switch step {
      case .scored(let score): scores.append(score)
      case .asking(let question): scores.append(try await ask(question, check: place, spent: &spent))
      }
    }
    switch checks.outcome(of: scores) {
    case .pass: try await end(.passed, answers, scores, reason: nil, spent: spent)
    case .fail(let reason): try await end(.failed, answers, scores, reason: reason, spent: spent)
    case .unscored(let reason): try await end(.unscored, answers, scores, reason: reason, spent: spent)
    }
  }

  /// All votes of one judge.
  private func ask(_ question: JudgeQuestion, check: Int, spent: inout TrialCost) async throws -> CheckScore {
    guard let caller = judges[question.judge.name] else { return question.conclude(CallFailure(.request, "nobody can ask this judge")) }
    let origin = ModelRequest.Origin(caseID: testCase.id, arm: key.arm, repeatIndex: key.repeatIndex, turn: 0)
    var votes: [Score] = []
    for vote in 0..<question.judge.votes {
      var score = Score.unscored(reason: "the judge was not asked")
      for asked in 0...1 {
        let purpose = CallPurpose.judge(check: check, vote: vote, asked: asked)
        let reply: Completion
        let named = question.namedRequest(origin: origin)
        if let known = try await self.reply(purpose, to: named, of: caller, spent: &spent) {
          reply = known
        } else {
          let result = try await caller.ask(
            question.request(origin: origin, nonceKey: nonceKey), named: named, trial: key, purpose: purpose,
            attemptsBefore: planned.attempts[purpose] ?? 0, spent: &spent)
          switch result {
          case .success(let fresh): reply = fresh
          case .failure(let failure): return question.conclude(failure)
          }
        }
        score = question.read(reply)
        guard case .unscored = score else { break }
      }
      votes.append(score)
    }
    return question.conclude(votes)
  }

  /// Records the trial's end. When the run is being stopped, a trial that lacks an answer or a score stays open: a resumed run goes on with it.
  private func end(
    _ state: TrialFacts.State, _ answers: [Answer], _ scores: [CheckScore], reason: String?, spent: TrialCost
  ) async throws {
    switch state {
    case .passed, .failed: break
    case .unscored, .callFailed: if shared.control.reason != nil { return }
    }
    let isComplete = answers.count == checks.turns
    let facts = TrialFacts(
      arm: key.arm, repeatIndex: key.repeatIndex, state: state, isJudged: scores.contains(where: \.isJudged),
      latency: isComplete ? sumOfKnown(answers.map(\.completion.latency)) : nil, ttft: answers.first?.completion.ttft,
      costMicro: setup.client.target.price == nil ? nil : spent.micro, tokens: TokenUsage(sumOf: answers.map(\.completion.usage)),
      isReused: spent.tookOver, isRecorded: setup.client.target.provider == "replay")
    try await shared.record(.trialEnded(key, facts, scores, reason: reason), .durable)
    shared.progress.ended(state)
  }
}
