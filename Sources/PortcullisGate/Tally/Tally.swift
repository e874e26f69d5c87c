import PortcullisCore

/// Turns trials into evidence, one case at a time: whole numbers only, so that neither order nor shards change a bit.
///
/// Memory grows with clusters and slices, and by four bytes for each latency (eight for a cost, where a rule asks for it),
/// not with what cases hold.
package struct Tally: Sendable {
  package let needs: EvidenceNeeds
  private var cases = 0
  private var suites: [String: SuiteCounts] = [:]
  private var candidate = ArmTally()
  private var production = ArmTally()
  private var scopes: [ScopeTally]

  package init(needs: EvidenceNeeds) {
    self.needs = needs
    scopes = needs.scopes.map { ScopeTally($0, neverTrials: needs.neverTrials, readings: needs.clusters.readings.count) }
  }

  /// Takes in a case with all its recorded trials, in any order; trials that are planned but not given are missing.
  ///
  /// Once for each case. A repeat beyond the plan, or given twice, makes that arm's scores of the case count for nothing.
  package mutating func add(_ facts: CaseFacts, trials: [TrialFacts]) {
    precondition(facts.plannedTrials > 0, "a case has at least one planned trial")
    cases += 1
    suites[facts.evalset, default: SuiteCounts()].add(facts)
    var ours = ArmCase(planned: facts.plannedTrials)
    var theirs = ArmCase(planned: facts.plannedTrials)
    for trial in trials {
      switch trial.arm {
      case .candidate:
        ours.add(trial)
        candidate.add(trial, isQuarantined: facts.isLeftOut)
      case .production:
        theirs.add(trial)
        production.add(trial, isQuarantined: facts.isLeftOut)
      case .noise: break
      }
    }
    if !facts.isLeftOut {
      candidate.add(ours)
      production.add(theirs)
    }
    let labels = needs.clusters.labels(of: facts)
    for place in scopes.indices { scopes[place].add(facts, labels: labels, trials, candidate: ours, production: theirs) }
  }

  /// Adds what another tally of the same needs counted over other cases.
  package mutating func merge(_ other: Tally) {
    precondition(needs == other.needs, "shards are counted for the same policy")
    cases += other.cases
    suites.merge(other.suites) { $0 + $1 }
    candidate.merge(other.candidate)
    production.merge(other.production)
    for place in scopes.indices { scopes[place].merge(other.scopes[place]) }
  }

  package func evidence(run: RunFacts) -> Evidence {
    let tallies = [(Arm.candidate, candidate), (.production, production)].filter { run.arms.contains($0.0) }
    return Evidence(
      run: run, needs: needs, cases: cases, quarantined: suites.values.reduce(0) { $0 + $1.quarantined },
      suitesOverQuarantined: suites.filter { $0.value.isOverQuarantined }.keys
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
      wrongModel: tallies.reduce(0) { $0 + $1.1.wrongModel }, arms: tallies.map { $0.1.summary(of: $0.0) },
      scopes: scopes.map { $0.finished() })
  }
}

/// The cases of one evalset, and those in quarantine.
private struct SuiteCounts: Sendable {
  var cases = 0
  var quarantined = 0

  mutating func add(_ facts: CaseFacts) {
    cases += 1
    if facts.isLeftOut { quarantined += 1 }
  }

  static func + (left: SuiteCounts, right: SuiteCounts) -> SuiteCounts {
    SuiteCounts(cases: left.cases + right.cases, quarantined: left.quarantined + right.quarantined)
  }

  /// More than 5 %.
  var isOverQuarantined: Bool { quarantined * 20 > cases }
}
