import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisRunner
import PortcullisStore

// How a run begins: found unfinished, or listed anew; and what the user is told before anything is spent.

extension RunWork {
  /// What is known of a new run once its cases are listed.
  struct Listed {
    var summary: PlanSummary
    var cost: CostEstimate
  }

  /// The unfinished run of the same plan, a finished one where the policy plans another look at it, or a new one with its cases listed and
  /// summed up.
  func openRun(_ setups: [ArmSetup], _ judges: [String: (judge: Judge, client: any ModelClient)]) throws -> (RunSession, new: Listed?) {
    let digest = plan.digest(kind: kind.rawValue)
    if !options.fresh, let unfinished = try store.unfinishedRun(planDigest: digest) {
      return (try store.resume(unfinished, version: Portcullis.version), nil)
    }
    if !options.fresh, kind == .gate, plan.attemptKey != nil, let finished = try store.finishedRun(planDigest: digest),
      try store.mayLookAgain(finished, looks: plan.policy.looks)
    {
      return (try store.lookAgain(finished, version: Portcullis.version), nil)
    }
    var generator = SystemRandomNumberGenerator()
    let id = RunID(random: (0..<6).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    let session = try store.create(
      NewRun(
        id: id, kind: kind, planDigest: digest, plannedCases: plannedCases, arms: plan.arms.map(\.arm),
        manifest: plan.manifest(reused: reused?.id)),
      version: Portcullis.version)
    var batch: [(testCase: Case, digest: Digest, trials: Int)] = []
    var sequential: [(ordinal: Int, trials: Int)] = []
    var listed = Listed(summary: plan.emptySummary, cost: CostEstimate(setups, judges: judges))
    var ordinal = 0
    var search = ClusterSearch(plan)
    try plan.forEachCase { testCase, trials in
      search.add(testCase)
      let more = plan.policy.sequentialTrials(for: CaseFacts(testCase, plannedTrials: trials))
      if more > 0 { sequential.append((ordinal, more)) }
      ordinal += 1
      listed.summary.add(testCase, trials: trials)
      listed.cost.add(testCase, trials: trials, sequential: more)
      batch.append((testCase, Digest(of: testCase.json), trials))
      if batch.count == 500 {
        try session.append(batch)
        batch = []
      }
    }
    if !batch.isEmpty { try session.append(batch) }
    var found = search.found()
    try session.append(&found.certain)
    listed.summary = try plan.clustered(listed.summary, &found)
    try session.seal()
    // What a demand for reliability takes at least is asked together with the plan; a kill just here loses nothing, as it is asked for again.
    if !sequential.isEmpty { _ = try session.add(NewRound(kind: .sequential, arms: [.candidate], cases: sequential)) }
    return (session, listed)
  }

  func tell(_ run: RunRecord, _ new: Listed?, planned: Int, ended: Int) {
    // A warning about what decides is no progress: it is told under --quiet too.
    let ofSize = new?.summary.warnings(blockingOnly: options.quiet) ?? []
    for warning in plan.warnings + ofSize { note(warning.description) }
    if kind == .gate, let tried = try? plan.attemptKey.map({ try store.earlierAttempts($0, than: run) }), tried > 0 {
      note(
        Diagnostic(
          .warning,
          "this candidate did not pass these cases under this policy before (\(plural(tried, "attempt"))): it can fail again, not pass",
          help: "change the candidate or the suite, or plan 'looks' beforehand"
        ).description)
    }
    guard !options.quiet else { return }
    if new == nil {
      let looks = (try? store.rounds(of: run).count { $0.kind == .look }) ?? 0
      let look = looks > 0 ? ", look \(looks + 1) of \(plan.policy.looks)" : ""
      note("resuming run \(run.id)\(look): \(ended) of \(planned) trials recorded")
    } else {
      let arms = plan.arms.map { "\($0.arm.rawValue) \($0.target.model)" }.joined(separator: ", ")
      note("run \(run.id): \(plural(plannedCases, "case")), \(plural(planned, "trial")) (\(arms))")
      if let asked = new?.cost.words(currency: plan.currency) { note("plan: \(asked)") }
      for line in new.map({ plan.forecast($0.summary) { try store.history(of: plan, arms: plan.arms.map(\.arm)) } }) ?? [] { note(line) }
      let mine = [run.id] + (siblings ?? [])
      let others = ((try? store.unfinishedRuns(limit: 3 + mine.count)) ?? []).filter { !mine.contains($0.id) && $0.kind == kind }
      for other in others.prefix(3) {
        note("note: run \(other.id) of another plan is unfinished (\(difference(other)))")
      }
    }
  }

  /// What an unfinished run of another plan has different, in words.
  private func difference(_ other: RunRecord) -> String {
    let mine = plan.manifest(reused: nil)
    let names = ["evalsets", "arms", "judges", "policy", "repeats", "filter"].filter { mine[$0] != other.manifest[$0] }
    return names.isEmpty ? "its plan is the same" : "its \(names.joined(separator: ", ")) differ"
  }
}
