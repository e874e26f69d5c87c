package import PortcullisChecks
package import PortcullisCore

/// How a run is to be worked through; values that the command reads from files and options.
package struct ExecutionPlan: Sendable {
  package var arms: [ArmSetup]
  /// Judges by name, each with the client that asks it.
  package var judges: [String: (judge: Judge, client: any ModelClient)]
  package var budget: Budget
  /// What earlier sessions of this run spent.
  package var spentMicro: Int
  package var spentCalls: Int
  package var spentTokens: Int
  package var spentTime: Duration = .zero
  /// Secret bytes of the store, at least 16: judges' fences are made with them.
  package var nonceKey: [UInt8]
  /// How long calls under way may go on after a stop.
  package var grace: Duration = .seconds(10)

  package init(
    arms: [ArmSetup], judges: [String: (judge: Judge, client: any ModelClient)] = [:], budget: Budget = Budget(), spentMicro: Int = 0,
    spentCalls: Int = 0, spentTokens: Int = 0, nonceKey: [UInt8]
  ) {
    self.arms = arms
    self.judges = judges
    self.budget = budget
    self.spentMicro = spentMicro
    self.spentCalls = spentCalls
    self.spentTokens = spentTokens
    self.nonceKey = nonceKey
  }
}

/// Works a plan through: bounded, interleaved, stoppable. Nothing per case stays in memory.
package struct Execution: Sendable {
  private let plan: ExecutionPlan
  private let control: RunControl
  private let progress: RunProgress
  private let clock: RunClock
  private let callers: [Arm: Caller]
  private let judges: [String: Caller]
  private let endpoints: [Endpoint]
  private let deadline: Double?

  /// - Parameters:
  ///   - record: Durable when it returns; an error stops the run at once.
  ///   - random: For the jitter of retries only; nothing in a decision depends on it.
  package init(
    _ plan: ExecutionPlan, control: RunControl, progress: RunProgress, random: any RandomNumberGenerator & Sendable,
    record: @escaping Record
  ) {
    self.plan = plan
    self.control = control
    self.progress = progress
    let clock = RunClock()
    self.clock = clock
    let deadline = plan.budget.time.map { Double(($0 - plan.spentTime).microseconds) / 1e6 }
    self.deadline = deadline
    var ledger = BudgetLedger(budget: plan.budget)
    ledger.carryOver(micro: plan.spentMicro, calls: plan.spentCalls, tokens: plan.spentTokens)
    let shared = Caller.Shared(
      record: record, control: control, progress: progress, clock: clock, deadline: deadline, budget: ledger, random: random)
    var endpoints: [Endpoint.Key: Endpoint] = [:]
    func caller(_ client: any ModelClient) -> Caller {
      let target = client.target
      let key = Endpoint.Key(target)
      let endpoint = endpoints[key] ?? Endpoint(limits: target.limits, needsPreflight: target.needsPreflight, clock: clock)
      endpoints[key] = endpoint
      return Caller(client: client, endpoint: endpoint, retry: RetryPolicy(retries: target.retries), shared: shared)
    }
    callers = Dictionary(uniqueKeysWithValues: plan.arms.map { ($0.arm, caller($0.client)) })
    judges = plan.judges.mapValues { caller($0.client) }
    self.endpoints = Array(endpoints.values)
  }

  /// Runs what is missing of every case; returns why it stopped early, or nil when the whole plan was worked through.
  ///
  /// Trials of both arms alternate, case by case, so that provider weather falls on both; at most about twice the endpoints' concurrency
  /// is under way. `next` hands out the cases in plan order and is called from one task only.
  ///
  /// - Throws: What `next` or `record` throws, after everything under way has ended.
  package func run(_ next: @escaping @Sendable () throws -> PlannedCase?) async throws -> StopReason? {
    let endpoints = endpoints, clock = clock
    control.whenStopped {
      clock.stop()
      for endpoint in endpoints { endpoint.close() }
    }
    try await withThrowingTaskGroup(of: Ending.self) { group in
      group.addTask {
        try await admit(next)
        return .workedThrough
      }
      group.addTask { await watch() }
      while let ending = try await group.next() {
        switch ending {
        case .workedThrough, .graceOver: group.cancelAll()
        case .watchEnded: break
        }
      }
    }
    return control.reason
  }

  private enum Ending: Sendable { case workedThrough, graceOver, watchEnded }

  /// Ends the run at its deadline, and whatever is still under way when the grace after a stop is over.
  private func watch() async -> Ending {
    if let deadline, await clock.sleep(max(0, deadline - clock.seconds)) { control.stop(.deadline) }
    let (stops, continuation) = AsyncStream.makeStream(of: Void.self)
    control.whenStopped { continuation.finish() }
    for await _ in stops {}
    guard !Task.isCancelled, (try? await Task.sleep(for: plan.grace)) != nil else { return .watchEnded }
    return .graceOver
  }

  private func admit(_ next: @escaping @Sendable () throws -> PlannedCase?) async throws {
    let window = Slots(width: 2 * endpoints.reduce(0) { $0 + $1.most } + 64)
    control.whenStopped { window.close() }
    let templates = TemplateCache()
    let judgeData = plan.judges.mapValues(\.judge)
    let setups = Dictionary(uniqueKeysWithValues: plan.arms.map { ($0.arm, $0) })
    var patterns = PatternCache()
    try await withThrowingDiscardingTaskGroup { trials in
      while control.reason == nil, let planned = try next() {
        let checks = try CompiledChecks(compiling: planned.testCase, judges: judgeData, patterns: &patterns)
        // The arms take turns in going first.
        for trial in planned.ordinal % 2 == 0 ? planned.trials : planned.trials.reversed() {
          guard let setup = setups[trial.key.arm], let caller = callers[trial.key.arm], await window.acquire() else { return }
          let run = TrialRun(
            planned: trial, testCase: planned.testCase, checks: checks, setup: setup, caller: caller, judges: judges, templates: templates,
            nonceKey: plan.nonceKey)
          trials.addTask {
            defer { window.release() }
            do { try await run.run() } catch {
              control.stop(.store(error))
              throw error
            }
          }
        }
      }
    }
  }
}

extension Target {
  /// Whether the first call goes alone, so that a wrong key or model costs one call; a loopback endpoint and our own providers cost nothing.
  fileprivate var needsPreflight: Bool { baseURL.map { !isLoopback(url: $0) } ?? (provider == "openai") }
}
