package import PortcullisCore

/// What one rule says of the evidence, self-describing: no report looks at the rule again.
package struct Ruling: Sendable, Hashable {
  package var rule: String
  package var metric: String?
  package var slice: Case.Tag?
  package var verdict: Verdict
  package var reason: Reason
  /// One plain sentence, first in every report.
  package var sentence: String
  /// nil where undefined.
  package var estimate: Double?
  package var interval: Bounds?
  /// Sampling units weighed (pairs, trials, calls), and of those planned how many are missing.
  package var count: Int
  package var missing: Int
  /// What the interval was compared with, in the estimate's unit (a margin is negative: the least difference allowed).
  package var limit: Double?
  package var unit: Unit
  /// The statistical method, with its section of statistics.md.
  package var method: String
  /// At most 10 case ids, worst first.
  package var witnesses: [CaseID]
  /// What would settle it; for a pass, how much more it would have survived.
  package var next: String?
  package var advisory: Bool
  /// Who took it upon themselves although it does not pass; nil for a ruling that counts.
  package var waiver: Waiver?
  /// Whether it weighed at least one score: a policy in which none did is inconclusive.
  package var weighedScores: Bool

  package enum Unit: String, Sendable {
    /// Shares, 0…1.
    case share
    /// Candidate minus production, in shares, −1…1; its limit is the least difference allowed.
    case difference
    case seconds
    /// A ratio of candidate to production.
    case ratio
    /// Micro-units of the run's currency.
    case money
    case count
  }

  /// Limits of an estimate; nil where a side is unbounded or undefined.
  package struct Bounds: Sendable, Hashable {
    package let lower: Double?
    package let upper: Double?

    package init(lower: Double?, upper: Double?) {
      self.lower = lower
      self.upper = upper
    }
  }

  package init(
    rule: String, metric: String? = nil, slice: Case.Tag? = nil, verdict: Verdict, reason: Reason, sentence: String,
    estimate: Double? = nil,
    interval: Bounds? = nil, count: Int = 0, missing: Int = 0, limit: Double? = nil, unit: Unit = .share, method: String,
    witnesses: [CaseID] = [], next: String? = nil, advisory: Bool = false, waiver: Waiver? = nil, weighedScores: Bool = false
  ) {
    self.rule = rule
    self.metric = metric
    self.slice = slice
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
    self.estimate = estimate
    self.interval = interval
    self.count = count
    self.missing = missing
    self.limit = limit
    self.unit = unit
    self.method = method
    self.witnesses = witnesses
    self.next = next
    self.advisory = advisory
    self.waiver = waiver
    self.weighedScores = weighedScores
  }

  /// Whether it counts no more: it keeps its verdict and its numbers.
  package var waived: Bool { waiver != nil }

  /// `no-regression`, or `no-regression behaviour=refusal`.
  package var title: String { rule + (metric.map { " \($0)" } ?? "") + (slice.map { " \($0.name)=\($0.value)" } ?? "") }
}

/// Why a ruling is what it is: a closed list, the same words in JSON, JUnit and HTTP.
package enum Reason: String, Sendable, CaseIterable {
  case holds
  /// Nothing of this kind is in the suite (no critical case, no incident).
  case none
  case beyondLimit = "beyond-limit"
  case tooFewCases = "too-few-cases"
  case cannotExcludeMargin = "cannot-exclude-margin"
  case missingEvidence = "missing-evidence"
  /// The verdict hangs on whether cases that seem to belong together are independent, and nobody said whether they are.
  case clustersSuspected = "clusters-suspected"
  case armsNotComparable = "arms-not-comparable"
  case judgeUnfit = "judge-unfit"
  /// People must look first.
  case waitsForReview = "waits-for-review"
  case rigUnsteady = "rig-unsteady"
  case wrongModel = "wrong-model"
  case filtered
  case nothingWeighed = "nothing-weighed"
  case providerUnreachable = "provider-unreachable"
  case budgetSpent = "budget-spent"
  case quarantined
  /// The same candidate did not pass the same cases under the same policy before.
  case alreadyTried = "already-tried"
  /// A person ended it.
  case stopped
}
