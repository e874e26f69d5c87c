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
  private var metricNames = MetricNames()
  private var scopes: [ScopeTally]
  private let pairLabels: PairLabels
  private let takesPairs: Bool
  private var hasGrades = false

  package init(needs: EvidenceNeeds) {
    self.needs = needs
    pairLabels = PairLabels(needs.clusters)
    takesPairs = needs.scopes.allSatisfy(\.isOfScoresAlone)
    scopes = needs.scopes.map { ScopeTally($0, neverTrials: needs.neverTrials, readings: needs.clusters.readings.count) }
  }

  /// Takes in a case with all its recorded trials, in any order; trials that are planned but not given are missing.
  ///
  /// Once for each case. A repeat that no round plans, or given twice, makes that arm's scores of the case count for nothing.
  package mutating func add(_ facts: CaseFacts, trials: [TrialFacts]) {
    precondition(facts.plannedTrials > 0, "a case has at least one planned trial")
    cases += 1
    suites[facts.evalset, default: SuiteCounts()].add(facts)
    let sorted = SortedTrials(facts, trials)
    count(sorted.plan, of: facts, isFurther: false)
    count(sorted.further, of: facts, isFurther: true)
    if !facts.isLeftOut {
      candidate.add(sorted.candidate, furtherPlanned: facts.allTrials(of: .candidate) - facts.plannedTrials)
      production.add(sorted.production, furtherPlanned: facts.allTrials(of: .production) - facts.plannedTrials)
    }
    if needs.namesMetrics { metricNames.add(facts) }
    let labels = needs.clusters.labels(of: facts)
    for place in scopes.indices { scopes[place].add(facts, labels: labels, sorted) }
  }

  /// Takes in a case of one trial an arm that is nothing but its scores; once for each case. Such cases are in no quarantine.
  package mutating func add(_ pair: ScoredPair) {
    guard takesPairs else { return add(pair.facts, trials: pair.trials) }
    cases += 1
    if pair.isGraded, !hasGrades {
      hasGrades = true
      if needs.namesMetrics { metricNames.add(ScoredPair.metric) }
    }
    candidate.add(pair.candidate)
    production.add(pair.production)
    let labels = pairLabels.labels(of: pair)
    for place in scopes.indices { scopes[place].add(pair, labels: labels) }
  }

  private mutating func count(_ trials: [TrialFacts], of facts: CaseFacts, isFurther: Bool) {
    for trial in trials {
      switch trial.arm {
      case .candidate: candidate.add(trial, isQuarantined: facts.isLeftOut, isFurther: isFurther)
      case .production: production.add(trial, isQuarantined: facts.isLeftOut, isFurther: isFurther)
      case .noise: break
      }
    }
  }

  /// Adds what another tally of the same needs counted over other cases.
  package mutating func merge(_ other: Tally) {
    precondition(needs == other.needs, "shards are counted for the same policy")
    cases += other.cases
    suites.merge(other.suites) { $0 + $1 }
    candidate.merge(other.candidate)
    production.merge(other.production)
    metricNames.merge(other.metricNames)
    for place in scopes.indices { scopes[place].merge(other.scopes[place]) }
  }

  package func evidence(run: RunFacts) -> Evidence {
    let tallies = [(Arm.candidate, candidate), (.production, production)].filter { run.arms.contains($0.0) }
    return Evidence(
      run: run, needs: needs, cases: cases, quarantined: suites.values.reduce(0) { $0 + $1.quarantined },
      suitesOverQuarantined: suites.filter { $0.value.isOverQuarantined }.keys
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
      wrongModel: tallies.reduce(0) { $0 + $1.1.wrongModel }, arms: tallies.map { $0.1.summary(of: $0.0) },
      metricNames: metricNames.names, scopes: scopes.map { $0.finished() })
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
