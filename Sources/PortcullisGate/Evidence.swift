import PortcullisCore
import PortcullisStatistics

/// All that `decide` may look at: exact counts, pair tables, cluster sums, order statistics and witness ids.
package struct Evidence: Sendable, Hashable {
  package let run: RunFacts
  package let needs: EvidenceNeeds
  /// Cases the tally saw.
  package let cases: Int
  package let quarantined: Int
  /// Evalsets of which more than 5 % is in quarantine, by name.
  package let suitesOverQuarantined: [String]
  /// Trials that another model answered.
  package let wrongModel: Int
  /// Of the arms planned, the candidate first.
  package let arms: [ArmSummary]
  /// Metrics that some case carries, by bytes, at most `MetricNames.limit`; gathered only where a rule names one.
  package let metricNames: [String]
  package let scopes: [ScopeEvidence]

  /// Cases that were planned and never seen, or seen and never planned: nothing is known of them, so they stand against every pass.
  package var unaccounted: Int { abs(run.plannedCases - cases) }

  package var hasProduction: Bool { run.arms.contains(.production) }

  /// nil without production.
  package var churn: Churn? {
    guard hasProduction, let table = scopes.first?.whole.table else { return nil }
    return Churn(fixed: table.candidateOnly, broken: table.productionOnly, same: table.both + table.neither)
  }

  /// nil where the tally was not told of this filter.
  func scope(_ filter: [Case.Tag]) -> ScopeEvidence? { scopes.first { sameTags($0.needs.filter, filter) } }
}

/// The evidence over the cases of one `where` filter.
package struct ScopeEvidence: Sendable, Hashable {
  package struct Slice: Sendable, Hashable {
    package let value: String
    package let pairs: PairEvidence
  }

  package struct Dimension: Sendable, Hashable {
    package let name: String
    /// By bytes of the value.
    package let slices: [Slice]
  }

  /// What depends on which cases are taken for independent.
  package struct Units: Sendable, Hashable {
    package let whole: PairEvidence
    package let slices: [Dimension]
    package let amounts: [CostEvidence]
    package let metrics: [MetricEvidence]
  }

  package let needs: EvidenceNeeds.Scope
  package fileprivate(set) var units: Units
  /// The same under each suspected grouping of the needs.
  package let suspected: [Units]
  package let gates: [HardEvidence]
  package let broken: BrokenCases
  package let candidateCalls: CallCounts
  package let productionCalls: CallCounts
  package let times: [TimeEvidence]
  package let coverage: Coverage

  package var whole: PairEvidence { units.whole }
  package var slices: [Dimension] { units.slices }

  /// nil where the tally was not told of it.
  func amount(_ amount: RequestAmount) -> CostEvidence? { units.amounts.first { $0.amount == amount } }
  func metric(_ name: String) -> MetricEvidence? { units.metrics.first { sameBytes($0.needs.name, name) } }
  func times(_ measure: TimeMeasure) -> TimeEvidence? { times.first { $0.measure == measure } }

  /// The same evidence, with the cases taken for independent as one suspected grouping says.
  func read(as place: Int) -> ScopeEvidence {
    var other = self
    other.units = suspected[place]
    return other
  }
}

/// One arm's planned calls of a scope, by what became of them.
package struct CallCounts: Sendable, Hashable {
  package private(set) var planned = 0
  package private(set) var scored = 0
  /// Answered, but without a score.
  package private(set) var unscored = 0
  /// The endpoint gave no answer.
  package private(set) var callFailures = 0
  /// Not answered, and the cause is ours, another model's answer among them.
  package private(set) var ours = 0
  package private(set) var wrongModel = 0
  package private(set) var incomplete = Witnesses()
  package private(set) var failed = Witnesses()

  package init() {}

  /// Planned calls of which nothing was recorded, or twice.
  package var absent: Int { max(0, planned - scored - unscored - callFailures - ours) }
  package var missing: Int { planned - scored }

  mutating func add(_ trials: ArmCase, of witness: some Witness) {
    planned += trials.planned
    scored += trials.scored
    if !trials.isBroken {
      unscored += trials.unscored
      callFailures += trials.callFailures
      ours += trials.ours
    }
    wrongModel += trials.wrongModel
    if !trials.isComplete { incomplete.add(witness) }
    if trials.callFailures > 0 { failed.add(witness, rank: -trials.callFailures) }
  }

  mutating func add(_ score: PlainScore, of witness: some Witness) {
    planned += 1
    switch score {
    case .scored: scored += 1
    case .unscored:
      unscored += 1
      incomplete.add(witness)
    case .absent: incomplete.add(witness)
    }
  }

  mutating func merge(_ other: CallCounts) {
    planned += other.planned
    scored += other.scored
    unscored += other.unscored
    callFailures += other.callFailures
    ours += other.ours
    wrongModel += other.wrongModel
    incomplete.merge(other.incomplete)
    failed.merge(other.failed)
  }
}
