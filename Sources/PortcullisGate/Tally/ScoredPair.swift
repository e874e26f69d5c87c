package import PortcullisCore

/// A case of one trial an arm of which nothing is known but its scores: what rows from elsewhere mostly are.
///
/// `Tally.add` takes it in as it would take the case with its trials, at a fraction of the cost.
package struct ScoredPair {
  /// The evalset of all such cases.
  package static let evalset = "scores"
  /// The metric under which grades are counted.
  package static let metric = "score"

  /// Bytes of an id by Core's rules; good only for the call.
  let id: UnsafeRawBufferPointer
  let cluster: String?
  /// Whether the scores are grades, and not passes and fails alone.
  let isGraded: Bool
  let candidate: PlainScore
  let production: PlainScore

  /// - Precondition: `CaseID` takes these bytes.
  package init(id: UnsafeRawBufferPointer, cluster: String? = nil, isGraded: Bool, candidate: PlainScore, production: PlainScore) {
    self.id = id
    self.cluster = cluster
    self.isGraded = isGraded
    self.candidate = candidate
    self.production = production
  }

  /// The same as a case and its trials.
  var facts: CaseFacts {
    CaseFacts(id: caseID, evalset: ScoredPair.evalset, cluster: cluster, metrics: isGraded ? [CaseMetric(ScoredPair.metric)] : [])
  }

  var trials: [TrialFacts] {
    [(Arm.production, production), (.candidate, candidate)].compactMap { arm, score in
      score.state.map { state in
        TrialFacts(
          arm: arm, state: state,
          metrics: isGraded ? score.billionths.map { [MetricScore(ScoredPair.metric, billionths: $0)] } ?? [] : [])
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
}

/// As a grade.
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

/// As a pass or a fail.
struct PlainOutcome: ScoredCase {
  let score: PlainScore

  var planned: Int { 1 }
  var isComplete: Bool { score.isComplete }
  var hasAllPassed: Bool { score.hasAllPassed }
  var scoredPasses: Int { hasAllPassed ? 1 : 0 }
  var mean: Double { hasAllPassed ? 1 : 0 }
  var rank: Int { scoredPasses }
  var judged: Int { 0 }
  var reused: Int { 0 }
  var isRecorded: Bool { false }
}

extension ScoredPair: Witness {
  var caseID: CaseID { CaseID(String(decoding: id, as: UTF8.self))! }  // by the initialiser's precondition

  func precedes(_ other: CaseID) -> Bool {
    for (mine, theirs) in zip(id, other.text.utf8) where mine != theirs { return mine < theirs }
    return id.count < other.text.utf8.count
  }
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

/// The labels of pairs, which have no tags.
struct PairLabels: Sendable {
  private let readings: [Grouping?]
  /// Of a case of its own in every reading; nil where a pair's id must be looked at.
  private let none: [ClusterLabels]?

  init(_ plan: ClusterPlan) {
    readings = plan.readings
    none = readings.contains(.stem) ? nil : readings.map { _ in ClusterLabels(certain: nil) }
  }

  /// One for each reading.
  func labels(of pair: ScoredPair) -> [ClusterLabels] {
    if let none, pair.cluster == nil { return none }
    let certain = pair.cluster.map { ClusterLabel(cluster: $0) }
    return readings.map { grouping in
      ClusterLabels(certain: certain, group: grouping == .stem ? ClusterLabel(stemOf: pair.id, evalset: ScoredPair.evalset) : nil)
    }
  }
}
