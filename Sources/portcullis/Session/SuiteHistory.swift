import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

/// What an earlier run tells of how far the arms differ on a suite.
struct SuiteHistory {
  let run: RunID
  let outlook: PairOutlook
  /// Of arms with cases that were asked more than once.
  let repeats: [(arm: Arm, summary: RepeatSummary)]
  /// Whether the cases were those of today.
  let isSameSuite: Bool
}

/// From a store's folder (the config's where nil), which need not exist; nil where no finished gate asked both arms on these evalsets.
///
/// - Parameter arms: Those whose targets must have had today's names.
func suiteHistory(of plan: LoadedPlan, arms: [Arm], in folder: String?) throws -> SuiteHistory? {
  let folder = folder ?? plan.config.store
  guard Store.exists(folder: folder) else { return nil }
  let store = try Store.open(folder: folder)
  let history = try store.history(of: plan, arms: arms)
  try store.close()
  return history
}

extension Store {
  /// Of the latest finished gate run on evalsets and targets of these names, one on the same cases first.
  func history(of plan: LoadedPlan, arms: [Arm]) throws -> SuiteHistory? {
    let names = Set(plan.evalsets.map(\.name)), digests = Set(plan.evalsets.map(\.digest.description))
    let targets = plan.arms.filter { arms.contains($0.arm) }.map { ($0.arm, $0.target.name) }
    let likely = try runs(limit: 100).filter { run in
      guard run.kind == .gate, run.state == .finished, Set(run.manifest.names("evalsets", "name")) == names else { return false }
      // A filtered run is of other cases, and answers taken over say nothing of how the arms differ today.
      guard run.manifest["filter"] == plan.filter.json, run.manifest["reused"] == nil else { return false }
      return run.asked(targets)
    }
    func isSame(_ run: RunRecord) -> Bool { Set(run.manifest.names("evalsets", "digest")) == digests }
    guard let run = likely.first(where: isSame) ?? likely.first else { return nil }
    var cursor = tally(run)
    var tally = Tally(needs: EvidenceNeeds(plan.policy))
    while let next = try cursor.next() { tally.add(next.facts, trials: next.trials) }
    let evidence = tally.evidence(run: RunFacts(arms: [.candidate, .production], plannedCases: run.plannedCases))
    return PairOutlook(evidence, of: run.id).map { outlook in
      SuiteHistory(
        run: run.id, outlook: outlook, repeats: evidence.arms.compactMap { arm in arm.repeats.map { (arm.arm, $0) } },
        isSameSuite: isSame(run))
    }
  }
}

extension RunRecord {
  /// Whether both arms were asked, and those of `arms` went by these targets' names.
  fileprivate func asked(_ arms: [(arm: Arm, target: String)]) -> Bool {
    let known = (manifest["arms"]?.array ?? []).compactMap { arm in
      arm["arm"]?.string.flatMap { name in arm["target"]?.string.map { (name, $0) } }
    }
    guard Set(known.map(\.0)).isSuperset(of: [Arm.candidate.rawValue, Arm.production.rawValue]) else { return false }
    return arms.allSatisfy { arm in known.contains { $0.0 == arm.arm.rawValue && sameBytes($0.1, arm.target) } }
  }
}

extension JSON {
  /// A string member of every element of an array.
  fileprivate func names(_ array: String, _ member: String) -> [String] { (self[array]?.array ?? []).compactMap { $0[member]?.string } }
}
