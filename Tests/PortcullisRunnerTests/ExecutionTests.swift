import PortcullisChecks
import PortcullisCore
import PortcullisGate
import Synchronization
import Testing

@testable import PortcullisRunner

/// Cases `case-0`…, each wanting the word `right`.
private func cases(_ count: Int, repeats: Int = 1, arms: [Arm] = [.candidate, .production], recorded: [PlannedTrial]? = nil)
  -> @Sendable () throws -> PlannedCase?
{
  let next = Mutex(0)
  return {
    next.withLock { next in
      guard next < count else { return nil }
      defer { next += 1 }
      let testCase = Case(
        id: CaseID("case-\(next)")!, evalset: "e", input: .messages([Message(role: .user, content: "q\(next)")]),
        checks: [CheckSpec(kind: "contains", argument: .string("right"))])
      let ordinal = next
      let all = (0..<repeats).flatMap { index in arms.map { PlannedTrial(TrialKey(ordinal: ordinal, arm: $0, repeatIndex: index)) } }
      return PlannedCase(ordinal: ordinal, testCase: testCase, trials: recorded ?? all)
    }
  }
}

private func target(_ name: String, concurrency: Int = 4, retries: Int = 5) -> Target {
  Target(
    name: name, provider: "openai", model: name, baseURL: "http://127.0.0.1:1/v1",
    price: Price(inputNano: 1000, cachedInputNano: nil, outputNano: 1000, currency: "USD"), limits: TargetLimits(concurrency: concurrency),
    retries: retries)
}

private let right = Completion(text: "right", usage: TokenUsage(input: 10, output: 5))

private func run(
  _ clients: [(Arm, FakeClient)], _ next: @escaping @Sendable () throws -> PlannedCase?, keeper: RecordKeeper = RecordKeeper(),
  budget: Budget = Budget(), control: RunControl = RunControl()
) async throws -> (stop: StopReason?, keeper: RecordKeeper, progress: RunProgress) {
  let progress = RunProgress(planned: 0)
  var plan = ExecutionPlan(
    arms: try clients.map { try ArmSetup(arm: $0.0, client: $0.1) }, budget: budget, nonceKey: Array(repeating: 7, count: 32))
  plan.grace = .milliseconds(10)
  let execution = Execution(plan, control: control, progress: progress, random: Zero()) { event, _ in try keeper.record(event) }
  return (try await execution.run(next), keeper, progress)
}

/// Draws the least of everything: retries wait no time.
private struct Zero: RandomNumberGenerator, Sendable {
  mutating func next() -> UInt64 { 0 }
}

@Suite struct Executing {
  @Test func everyTrialIsStartedEndedAndScoredInThatOrder() async throws {
    let candidate = FakeClient(target("c")) { _, _ in right }
    let production = FakeClient(target("p")) { _, _ in Completion(text: "wrong") }
    let (stop, keeper, progress) = try await run([(.candidate, candidate), (.production, production)], cases(20, repeats: 2))
    #expect(stop == nil)
    #expect(candidate.calls == 40 && production.calls == 40)
    #expect(progress.snapshot.passed == 40 && progress.snapshot.failed == 40)
    var stages: [TrialKey: [String]] = [:]
    for entry in keeper.all {
      switch entry {
      case .attemptStarted(let key, _, _, _): stages[key.trial, default: []].append("started")
      case .attemptEnded(let key, _, _, _): stages[key.trial, default: []].append("ended")
      case .trialEnded(let key, _, _, _): stages[key, default: []].append("trial")
      case .reused: Issue.record("nothing was reused")
      }
    }
    #expect(stages.count == 80)
    #expect(stages.values.allSatisfy { $0 == ["started", "ended", "trial"] })
  }

  @Test func concurrencyIsBounded() async throws {
    let client = FakeClient(target("c", concurrency: 3)) { _, _ in right }
    _ = try await run([(.candidate, client)], cases(200, arms: [.candidate]))
    #expect(client.calls == 200)
    #expect(client.mostAtOnce <= 3)
  }

  @Test func aFailingCallIsRetriedAndItsCostCounted() async throws {
    let client = FakeClient(target("c", concurrency: 1)) { (_, number) throws(CallFailure) in
      if number <= 2 { throw CallFailure(.server, "busy", status: 500, mayBeBilled: true) }
      return right
    }
    let (_, keeper, progress) = try await run([(.candidate, client)], cases(1, arms: [.candidate]))
    #expect(client.calls == 3)
    #expect(progress.snapshot.passed == 1 && progress.snapshot.retries == 2)
    guard case .trialEnded(_, let facts, _, _)? = keeper.all.last else { return #expect(Bool(false)) }
    // Two billed failures at their reservation (20 tokens at 1,000 nano), then 15 tokens.
    #expect(facts.costMicro == 20 + 20 + 15)
  }

  @Test func whatIsFinalIsAskedOnce() async throws {
    let client = FakeClient(target("c")) { (_, _) throws(CallFailure) in throw CallFailure(.request, "bad", status: 400) }
    let (stop, keeper, progress) = try await run([(.candidate, client)], cases(5, arms: [.candidate]))
    #expect(stop == nil)
    #expect(client.calls == 5)
    #expect(progress.snapshot.callFailed == 5)
    let states = keeper.all.compactMap { if case .trialEnded(_, let facts, _, _) = $0 { facts.state } else { nil } }
    #expect(states == Array(repeating: .callFailed(.request), count: 5))
  }

  @Test func whatAnEndpointThatWasNeverThereDidNotAnswerStaysOpen() async throws {
    let client = FakeClient(target("c", retries: 0)) { (_, _) throws(CallFailure) in throw CallFailure(.transport, "refused") }
    let (_, keeper, progress) = try await run([(.candidate, client)], cases(5, arms: [.candidate]))
    #expect(progress.snapshot.callFailed == 5)
    #expect(keeper.all.allSatisfy { if case .trialEnded = $0 { false } else { true } })
    // One that has answered before is another matter: its failures are final.
    let flaky = FakeClient(target("c", concurrency: 1, retries: 0)) { (_, number) throws(CallFailure) in
      if number > 1 { throw CallFailure(.transport, "reset") }
      return right
    }
    let (_, kept, _) = try await run([(.candidate, flaky)], cases(3, arms: [.candidate]))
    #expect(kept.all.count { if case .trialEnded = $0 { true } else { false } } == 3)
  }

  @Test func aRefusedKeyStopsTheRunAndLeavesTheRestOpen() async throws {
    let client = FakeClient(target("c", concurrency: 1)) { (_, _) throws(CallFailure) in throw CallFailure(.auth, "no", status: 401) }
    let (stop, keeper, _) = try await run([(.candidate, client)], cases(1000, arms: [.candidate]))
    guard case .refused = stop else { return #expect(Bool(false), "\(String(describing: stop))") }
    #expect(client.calls < 10)
    #expect(keeper.all.allSatisfy { if case .trialEnded = $0 { false } else { true } })
  }

  @Test func anotherModelsAnswerIsNotScored() async throws {
    let client = FakeClient(target("c")) { _, _ in Completion(text: "right", servedModel: "somebody-else") }
    let (_, _, progress) = try await run([(.candidate, client)], cases(3, arms: [.candidate]))
    #expect(progress.snapshot.callFailed == 3 && progress.snapshot.passed == 0)
    #expect(progress.snapshot.failures[.wrongModel] == 3)
  }

  @Test func aRunawayAnswerIsABadAnswer() async throws {
    let client = FakeClient(target("c")) { (_, _) throws(CallFailure) in throw CallFailure(.tooLarge, "more than 16 MB") }
    let (_, _, progress) = try await run([(.candidate, client)], cases(2, arms: [.candidate]))
    #expect(progress.snapshot.failed == 2)
  }

  @Test func theBudgetIsNeverCrossed() async throws {
    let client = FakeClient(target("c", concurrency: 8)) { _, _ in right }
    let (stop, _, _) = try await run(
      [(.candidate, client)], cases(100, arms: [.candidate]), budget: Budget(cost: Money(micro: 200, currency: "USD")))
    guard case .budget = stop else { return #expect(Bool(false)) }
    // 20 reserved and 15 spent a call: the thirteenth could cross the limit.
    #expect(client.calls == 13 || client.calls == 12, "\(client.calls)")
  }

  @Test func whatIsRecordedIsNotAskedAgain() async throws {
    let client = FakeClient(target("c")) { _, _ in right }
    let recorded = [
      PlannedTrial(
        TrialKey(ordinal: 0, arm: .candidate, repeatIndex: 1), replies: [.answer(turn: 0): Completion(text: "wrong")], spentMicro: 3),
      PlannedTrial(TrialKey(ordinal: 0, arm: .candidate, repeatIndex: 2)),
    ]
    let (_, keeper, progress) = try await run([(.candidate, client)], cases(1, arms: [.candidate], recorded: recorded))
    #expect(client.calls == 1)
    #expect(progress.snapshot.failed == 1 && progress.snapshot.passed == 1)
    let costs = keeper.all.compactMap {
      if case .trialEnded(let key, let facts, _, _) = $0, key.repeatIndex == 1 { facts.costMicro } else { nil }
    }
    #expect(costs == [3])
  }

  @Test(arguments: [true, false]) func anEarlierRunsAnswerIsTakenOverOnlyForTheSameQuestion(isSame: Bool) async throws {
    let client = FakeClient(target("c")) { _, _ in right }
    let origin = ModelRequest.Origin(caseID: CaseID("case-0")!, arm: .candidate, repeatIndex: 0, turn: 0)
    let key = try client.prepare(ModelRequest(messages: [Message(role: .user, content: isSame ? "q0" : "another")], origin: origin))
      .completionKey
    let earlier = PlannedTrial.Reused(completion: Completion(text: "right, earlier"), completionKey: key, source: 7)
    let recorded = [PlannedTrial(TrialKey(ordinal: 0, arm: .candidate, repeatIndex: 0), reused: [.answer(turn: 0): earlier])]
    let (_, keeper, _) = try await run([(.candidate, client)], cases(1, recorded: recorded))
    #expect(client.calls == (isSame ? 0 : 1))
    guard case .trialEnded(_, let facts, _, _)? = keeper.all.last else { return #expect(Bool(false)) }
    #expect(facts.isReused == isSame)
    #expect(keeper.all.contains { if case .reused = $0 { true } else { false } } == isSame)
  }

  @Test func attemptNumbersGoOnOverSessions() async throws {
    let client = FakeClient(target("c")) { _, _ in right }
    let recorded = [PlannedTrial(TrialKey(ordinal: 0, arm: .candidate, repeatIndex: 0), attempts: [.answer(turn: 0): 2])]
    let (_, keeper, _) = try await run([(.candidate, client)], cases(1, arms: [.candidate], recorded: recorded))
    guard case .attemptStarted(let key, _, _, _)? = keeper.all.first else { return #expect(Bool(false)) }
    #expect(key.number == 3)
  }

  @Test func aDiskThatIsFullStopsTheSpending() async throws {
    let client = FakeClient(target("c", concurrency: 2)) { _, _ in right }
    await #expect(throws: RecordKeeper.DiskFull.self) {
      _ = try await run([(.candidate, client)], cases(1000, arms: [.candidate]), keeper: RecordKeeper(failAfter: 20))
    }
    #expect(client.calls < 20)
  }

  @Test func aSignalAdmitsNothingMoreAndKeepsWhatCame() async throws {
    let control = RunControl()
    let client = FakeClient(target("c", concurrency: 2)) { (_, number) throws(CallFailure) in
      if number == 10 { control.stop(.signal(2)) }
      return right
    }
    let (stop, keeper, _) = try await run([(.candidate, client)], cases(1000, arms: [.candidate]), control: control)
    #expect(stop == .signal(2))
    #expect(client.calls < 30)
    let starts = keeper.all.count { if case .attemptStarted = $0 { true } else { false } }
    let ends = keeper.all.count { if case .attemptEnded = $0 { true } else { false } }
    #expect(starts == ends)
  }

  @Test func theFirstCallToARemoteEndpointGoesAlone() async throws {
    var remote = target("c", concurrency: 8)
    remote.baseURL = "http://10.1.2.3/v1"
    let client = FakeClient(remote) { (_, number) throws(CallFailure) in
      if number == 1 { throw CallFailure(.auth, "no", status: 401) }
      return right
    }
    let (stop, _, _) = try await run([(.candidate, client)], cases(100, arms: [.candidate]))
    guard case .refused = stop else { return #expect(Bool(false)) }
    #expect(client.calls == 1)
  }

  @Test func whileNobodyAnswersARemoteEndpointIsTriedOneCallAtATime() async throws {
    var remote = target("c", concurrency: 8)
    remote.baseURL = "http://10.1.2.3/v1"
    let most = Mutex(0)
    let client = FakeClient(remote) { (_, number) throws(CallFailure) in
      if number <= 5 { throw CallFailure(.transport, "refused") }
      return right
    } underWay: { number, count in
      if number <= 5 { most.withLock { $0 = max($0, count) } }
    }
    let (stop, _, progress) = try await run([(.candidate, client)], cases(100, arms: [.candidate]))
    #expect(stop == nil)
    #expect(progress.snapshot.passed == 100)
    #expect(most.withLock { $0 } == 1)
  }

  @Test func theDoorOpensAfterTheFirstAnswer() async throws {
    var remote = target("c", concurrency: 8)
    remote.baseURL = "http://10.1.2.3/v1"
    let client = FakeClient(remote) { _, _ in right }
    let (stop, _, progress) = try await run([(.candidate, client)], cases(100, arms: [.candidate]))
    #expect(stop == nil)
    #expect(progress.snapshot.passed == 100)
  }

  @Test func turnsAreAskedOneAfterTheOther() async throws {
    let asked = Mutex<[[String]]>([])
    let client = FakeClient(target("c")) { request, _ in
      asked.withLock { $0.append(request.messages.map(\.content)) }
      return Completion(text: "right \(request.origin.turn)")
    }
    let handed = Mutex(false)
    _ = try await run([(.candidate, client)]) {
      handed.withLock { handed in
        defer { handed = true }
        let talk = Case(
          id: CaseID("t")!, evalset: "e",
          input: .turns([
            .init(user: "one", checks: []), .init(user: "two", checks: [CheckSpec(kind: "contains", argument: .string("right 1"))]),
          ]), checks: [])
        return handed
          ? nil : PlannedCase(ordinal: 0, testCase: talk, trials: [PlannedTrial(TrialKey(ordinal: 0, arm: .candidate, repeatIndex: 0))])
      }
    }
    #expect(asked.withLock { $0 } == [["one"], ["one", "right 0", "two"]])
  }
}
