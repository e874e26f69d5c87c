import Foundation
import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisRunner
import PortcullisStore
import Synchronization

/// One run from its plan to its last record: found or made in the store, worked through, and ended with how far it came.
struct RunWork {
  let plan: LoadedPlan
  let options: RunOptions
  let kind: RunKind
  let store: Store
  /// nil: nothing is taken over.
  let reused: RunRecord?
  let plannedCases: Int
  /// Of a command that makes several runs: those made before this one. Each of them stays unfinished until `Store.finish` ends all, so that the
  /// same command goes on where it was stopped and asks nothing again. nil for a run that stands alone.
  let siblings: [RunID]?

  /// What happened, for the decision and the report.
  struct Result {
    let run: RunRecord
    let facts: RunFacts
    /// For the reader: what was resumed, recorded or taken over.
    let notes: [String]
  }

  static let replayNote = "recorded answers (replay)"

  init(plan: LoadedPlan, options: RunOptions, kind: RunKind, siblings: [RunID]? = nil) throws {
    self.plan = plan
    self.siblings = siblings
    self.options = options
    self.kind = kind
    // A plan that cannot be run makes no store.
    plannedCases = try plan.knownCount ?? plan.sizes().cases
    guard plannedCases > 0 else {
      throw Diagnostic(
        .error, "no case is left to run", help: plan.filter.isActive ? "the filter (--case, --tag, --limit) matches none" : nil)
    }
    if options.reuse != nil { try requireStore(options.store ?? plan.config.store) }
    store = try Store.open(folder: options.store ?? plan.config.store)
    reused = try options.reuse.map { [store] name in try store.run(named: name) }
  }

  func work() async throws -> Result {
    let targets = plan.arms.map(\.target) + plan.judges.values.map(\.target)
    let clients = try Clients(files: plan.config.files, concurrency: targets.map(\.limits.concurrency).reduce(0, +))
    defer { clients.close() }
    // Everything that can be refused is refused before anything is recorded or called.
    let setups = try plan.arms.map { try ArmSetup(arm: $0.arm, client: try clients.client(for: $0.target)) }
    let judges = try plan.judges.mapValues { (judge: $0, client: try clients.client(for: $0.target)) }
    try requireSpace(at: options.store ?? plan.config.store, estimate: plannedCases * plan.arms.count * 4096)

    let (session, listed) = try openRun(setups, judges)
    let isResumed = listed == nil
    let run = session.run
    let (planned, ended) = try store.progress(of: run)
    let totals = try store.totals(of: run)
    tell(run, listed, planned: planned, ended: ended)

    var execution = ExecutionPlan(
      arms: setups, judges: judges, budget: plan.budget, spentMicro: totals.costMicro, spentCalls: totals.calls, spentTokens: totals.tokens,
      nonceKey: try store.key())
    execution.spentTime = totals.elapsed
    let control = RunControl()
    let progress = RunProgress(planned: planned, resumed: ended, spentMicro: totals.costMicro, currency: plan.currency)
    let signals = Signals { control.stop(.signal($0)) }
    defer { signals.stop() }
    let display = ProgressDisplay(progress: progress, isQuiet: options.quiet)
    let recorder = Recorder(session)
    let work = Execution(execution, control: control, progress: progress, random: SystemRandomNumberGenerator()) { event, durability in
      switch durability {
      case .durable: try await recorder.record(event.entry(at: .now))
      case .queued: try await recorder.enqueue(event.entry(at: .now))
      }
    }
    let stop: StopReason?
    do {
      stop = try await workThrough(work, recorder, session, progress)
    } catch {
      await display.finish()
      throw error
    }
    await display.finish()
    let end = try ending(stop, progress.snapshot, run)
    try session.end(siblings != nil && end.stored == .finished ? .interrupted : end.stored)
    try refuse(stop, run, progress.snapshot)
    if let stop {
      let first: String
      if case .budget = stop { first = "raise the budget, and " } else { first = "" }
      note("stopped early: \(visible(stop.words)); \(first)run \(run.id) goes on with the same command")
    }
    let notes =
      (stop.map { ["stopped early: \($0.words)"] } ?? [])
      + (isResumed ? ["resumed: \(ended) of \(planned) trials were recorded before"] : [])
      + (plan.arms.contains { $0.target.provider == "replay" } ? [Self.replayNote] : [])
      + (try store.roundNotes(of: run))
      + (reused.map { ["answers of run \($0.id) were taken over where the question is the same"] } ?? [])
    return Result(
      run: try store.run(run.id) ?? run,
      facts: RunFacts(
        stop: end.decided, arms: plan.arms.map(\.arm), plannedCases: plannedCases, isFiltered: plan.filter.isActive,
        concurrency: plan.arms.map(\.target.limits.concurrency).max() ?? 1, currency: plan.currency,
        behaviours: plan.behaviours),
      notes: notes)
  }

  /// Round by round: what is planned is worked through, then the policy says from the records what is to be asked further, until nothing is.
  private func workThrough(
    _ work: Execution, _ recorder: Recorder, _ session: RunSession, _ progress: RunProgress
  ) async throws -> StopReason? {
    let run = session.run
    for _ in 0..<Self.mostRounds {
      let stop = try await Pipeline.execute(work, cases: pendingCases(of: run))
      try await recorder.flush()
      // What was cut short, or left open by an endpoint that was never there, is gone on with before anything is added to it.
      if let stop { return stop }
      let (planned, ended) = try store.progress(of: run)
      guard planned == ended, try addRounds(to: session, progress) else { return nil }
    }
    return nil
  }

  /// Every sequential round ends a case or asks at least one more of its trials, of which there are at most 60; a confirming round comes once.
  private static let mostRounds = 64

  /// Whether anything is left to ask; it is in the plan then.
  private func addRounds(to session: RunSession, _ progress: RunProgress) throws -> Bool {
    var cursor = store.tally(session.run)
    let rounds = try Pipeline.furtherRounds(
      { each in while let next = try cursor.next() { try each(next.ordinal, next.facts, next.trials) } }, policy: plan.policy,
      arms: plan.arms.map(\.arm))
    for round in rounds {
      let trials = round.cases.reduce(0) { $0 + $1.trials } * round.arms.count
      _ = try session.add(
        NewRound(kind: RoundKind(round.purpose), arms: round.arms, cases: round.cases.map { ($0.ordinal, $0.trials) }))
      progress.planned(more: trials)
      if !options.quiet { note("\(round.purpose.words(cases: round.cases.count)): \(plural(trials, "more trial"))") }
    }
    return !rounds.isEmpty
  }

  /// What is missing, page by page.
  private func pendingCases(of run: RunRecord) -> @Sendable () throws -> PortcullisRunner.PlannedCase? {
    let pages = Mutex(store.pending(of: run))
    let store = store, reused = reused
    return {
      guard let pending = try pages.withLock({ try $0.next() }) else { return nil }
      return try pending.planned { trial in
        // What a later round asks must be asked afresh: an earlier run's answers would be no evidence there.
        guard let reused, trial.round == 0 else { return [] }
        return try store.attempts(of: reused, caseDigest: pending.digest, arm: trial.key.arm, repeatIndex: trial.key.repeatIndex)
      }
    }
  }

  /// Stops the command where the run has no decision: interrupted, refused by an endpoint, or not recordable.
  private func refuse(_ stop: StopReason?, _ run: RunRecord, _ now: RunProgress.Snapshot) throws {
    switch stop {
    case .signal(let number):
      let code: PortcullisCore.ExitCode = number == SIGTERM ? .terminated : .interrupted
      note("interrupted: run \(run.id), \(now.done) of \(now.planned) trials recorded; the same command goes on from there")
      throw Exit(code: code)
    case .refused(let message) where now.done == 0:
      throw CommandFailure(
        "\(visible(message))", help: "check the key, the account and the model's name; nothing was scored", code: .badInput)
    case .store(let error): throw error
    case .refused, .budget, .deadline, .wait, .unreachable, nil: return
    }
  }

  /// How the session ended: for the store (only what has no end is resumed) and for the decision.
  private func ending(_ stop: StopReason?, _ now: RunProgress.Snapshot, _ run: RunRecord) throws -> (
    stored: RunStop, decided: RunFacts.Stop
  ) {
    let (planned, ended) = try store.progress(of: run)
    // Nothing scored and nothing but silence: nobody was there to answer.
    let isSilent =
      now.passed + now.failed + now.unscored + now.resumed == 0 && !now.failures.isEmpty
      && now.failures.keys.allSatisfy { [.transport, .timeout, .server, .rateLimit].contains($0) }
    let (stored, decided): (RunStop, RunFacts.Stop) =
      switch stop {
      case .signal, .store: (.interrupted, .finished)
      case .refused: (.unreachable, .finished)
      case .budget: (.budget, .budget)
      case .deadline: (.deadline, .deadline)
      // Without a time budget nothing of ours cut the plan: the evidence is missing.
      case .wait: (.deadline, plan.budget.time == nil ? .finished : .deadline)
      case .unreachable: (.unreachable, isSilent ? .unreachable : .finished)
      // Worked through, and yet trials are open: an endpoint of theirs was never there.
      case nil: (.unreachable, isSilent && now.callFailed > 0 ? .unreachable : .finished)
      }
    return (planned == ended ? .finished : stored, decided)
  }
}
