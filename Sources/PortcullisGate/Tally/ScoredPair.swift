package import PortcullisCore

/// A case of one trial an arm of which nothing is known but its scores: what rows from elsewhere mostly are.
///
/// `Tally.add` takes it in as it would take the case with its trials, at a fraction of the cost.
package struct ScoredPair {
  /// Bytes of an id by Core's rules; good only for the call.
  let id: UnsafeRawBufferPointer
  let evalset: String
  let cluster: String?
  /// The metric that the scores are grades of; nil where they are passes and fails.
  let metric: String?
  let candidate: PlainScore
  let production: PlainScore

  /// - Precondition: `CaseID` takes these bytes.
  package init(
    id: UnsafeRawBufferPointer, evalset: String, cluster: String? = nil, metric: String? = nil, candidate: PlainScore,
    production: PlainScore
  ) {
    self.id = id
    self.evalset = evalset
    self.cluster = cluster
    self.metric = metric
    self.candidate = candidate
    self.production = production
  }

  /// The same as a case and its trials.
  var facts: CaseFacts {
    CaseFacts(id: caseID, evalset: evalset, cluster: cluster, metrics: metric.map { [CaseMetric($0)] } ?? [])
  }

  var trials: [TrialFacts] {
    [(Arm.production, production), (.candidate, candidate)].compactMap { arm, score in
      score.state.map { state in
        TrialFacts(
          arm: arm, state: state, metrics: metric.flatMap { name in score.billionths.map { [MetricScore(name, billionths: $0)] } } ?? [])
      }
    }
  }
}

/// What one arm's only trial of a case scored.
package enum PlainScore: Sendable, Hashable {
  /// Nothing was recorded.
  case absent
  case unscored
  /// In billionths, 0…1e9.
  case scored(Int)

  static let best = 1_000_000_000

  var billionths: Int? { if case .scored(let value) = self { value } else { nil } }

  /// nil where there is no trial.
  var state: TrialFacts.State? {
    switch self {
    case .absent: nil
    case .unscored: .unscored
    case .scored(let value): value == PlainScore.best ? .passed : .failed
    }
  }

  /// Passes and fails in counts.
  var counts: ArmCase {
    var counts = ArmCase(planned: 1)
    switch self {
    case .absent: break
    case .unscored: counts.unscored = 1
    case .scored(PlainScore.best): counts.passed = 1
    case .scored:
      counts.failed = 1
      counts.proofs = 1
    }
    return counts
  }
}

/// As a grade of its metric.
extension PlainScore: ScoredCase {
  var planned: Int { 1 }
  var isComplete: Bool { billionths != nil }
  var hasAllPassed: Bool { billionths == PlainScore.best }
  var scoredPasses: Int { billionths.map { $0 > 0 ? 1 : 0 } ?? 0 }
  var mean: Double { Double(billionths ?? 0) / Double(PlainScore.best) }
  var rank: Int { billionths ?? 0 }
  var judged: Int { 0 }
  var reused: Int { 0 }
  var isRecorded: Bool { false }
}

extension ScoredPair: Witness {
  var caseID: CaseID { CaseID(String(decoding: id, as: UTF8.self))! }  // by the initialiser's precondition

  func precedes(_ other: CaseID) -> Bool { id.lexicographicallyPrecedes(other.text.utf8) }
}

/// What can stand among the witnesses of a ruling: its id is made only where it does.
protocol Witness {
  var caseID: CaseID { get }
  /// By bytes.
  func precedes(_ other: CaseID) -> Bool
}

extension CaseID: Witness {
  var caseID: CaseID { self }
  func precedes(_ other: CaseID) -> Bool { self < other }
}

extension CaseFacts: Witness {
  var caseID: CaseID { id }
  func precedes(_ other: CaseID) -> Bool { id < other }
}

extension EvidenceNeeds.Scope {
  /// Whether nothing is counted but scores, so that there is nothing else to know of a case.
  var isOfScoresAlone: Bool {
    dimensions.isEmpty && gates.isEmpty && !brokenCases && times.isEmpty && amounts.isEmpty && !coverage
      && metrics.allSatisfy { $0.dimensions.isEmpty && $0.floors.isEmpty }
  }
}

extension ClusterPlan {
  /// The labels of a pair in each reading; a pair has no tags.
  func labels(of pair: ScoredPair, in readings: [Grouping?]) -> [ClusterLabels] {
    let certain = pair.cluster.map { ClusterLabel(cluster: $0) }
    return readings.map { grouping in
      ClusterLabels(certain: certain, group: grouping == .stem ? ClusterLabel(stemOf: pair.id, evalset: pair.evalset) : nil)
    }
  }
}
