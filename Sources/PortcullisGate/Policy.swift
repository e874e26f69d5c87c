package import PortcullisCore

/// The rules of the offline stage, with their declared error rates.
package struct Policy: Sendable, Hashable {
  /// Chance of a pass although the loss reaches the margin, per rule; α of every lower bound.
  package var wrongPass: Double
  /// Chance of a fail although nothing is worse.
  package var wrongFail: Double
  package var offline: [PolicyRule]
  /// How often the same candidate may be decided on, planned beforehand; each look keeps all data and spends part of the error rates.
  package var looks: Int
  /// Whether nobody wrote it: reports say so.
  package var isDefault: Bool

  package init(wrongPass: Double = 0.05, wrongFail: Double = 0.05, offline: [PolicyRule], looks: Int = 1, isDefault: Bool = false) {
    self.wrongPass = wrongPass
    self.wrongFail = wrongFail
    self.offline = offline
    self.looks = looks
    self.isDefault = isDefault
  }

  /// What decides where nobody wrote a policy, formats.md §6; `bar-holds` joins it once it is built.
  package static let standard = Policy(
    offline: [
      PolicyRule(.complete(CompleteRule())), PolicyRule(.criticalCases(HardGate())), PolicyRule(.incidentsStayFixed(HardGate())),
      PolicyRule(.coverage), PolicyRule(.noBrokenCases(NoBrokenCasesRule())),
    ], isDefault: true)
}

/// One rule of a policy and how it counts.
package struct PolicyRule: Sendable, Hashable {
  package var rule: Rule
  /// Reported, never deciding.
  package var advisory: Bool
  /// Only cases that carry all these tags (also `behaviour`, `severity`, `evalset`).
  package var `where`: [Case.Tag]

  package init(_ rule: Rule, advisory: Bool = false, where filter: [Case.Tag] = []) {
    self.rule = rule
    self.advisory = advisory
    self.where = filter
  }
}

/// The demands a policy can make. A closed list: a new rule makes the compiler name every place to think.
package enum Rule: Sendable, Hashable {
  case complete(CompleteRule)
  case noRegression(NoRegressionRule)
  case noBrokenCases(NoBrokenCasesRule)
  case passRate(PassRateRule)
  case criticalCases(HardGate)
  case incidentsStayFixed(HardGate)
  case score(ScoreRule)
  case tail(TailRule)
  case errorRate(ErrorRateRule)
  case latency(LatencyRule)
  case ttft(LatencyRule)
  case tpot(LatencyRule)
  case costPerRequest(CostRule)
  case costPerSuccess(CostRule)
  case tokensPerRequest(TokensRule)
  case coverage

  /// The word of policies, reports and JUnit.
  package var name: String {
    switch self {
    case .complete: "complete"
    case .noRegression: "no-regression"
    case .noBrokenCases: "no-broken-cases"
    case .passRate: "pass-rate"
    case .criticalCases: "critical-cases"
    case .incidentsStayFixed: "incidents-stay-fixed"
    case .score: "score"
    case .tail: "tail"
    case .errorRate: "error-rate"
    case .latency: "latency"
    case .ttft: "ttft"
    case .tpot: "tpot"
    case .costPerRequest: "cost-per-request"
    case .costPerSuccess: "cost-per-success"
    case .tokensPerRequest: "tokens-per-request"
    case .coverage: "coverage"
    }
  }
}

/// Every planned trial of both arms is scored, within a tolerated share.
package struct CompleteRule: Sendable, Hashable {
  package var maxMissing: Double

  package init(maxMissing: Double = 0) { self.maxMissing = maxMissing }
}

/// A loss beyond the margin is excluded, paired by case.
package struct NoRegressionRule: Sendable, Hashable {
  /// Above 0, below 1.
  package var margin: Double
  /// A named metric of the checks; nil is the pass rate.
  package var metric: String?
  /// Tag names, or `behaviour`, `severity`, `evalset`: a ruling for each value.
  package var slices: [String]
  package var sliceMargin: Double
  /// Slices that only raise alarms (Holm over all of them).
  package var watch: [String]
  package var superiority: Bool

  package init(
    margin: Double, metric: String? = nil, slices: [String] = [], sliceMargin: Double = 0.05, watch: [String] = [],
    superiority: Bool = false
  ) {
    self.margin = margin
    self.metric = metric
    self.slices = slices
    self.sliceMargin = sliceMargin
    self.watch = watch
    self.superiority = superiority
  }
}

/// No case that production passes is failed by the candidate, asked again: no claim beyond this suite.
package struct NoBrokenCasesRule: Sendable, Hashable {
  /// More trials of each discordant case, in both arms; 1…100.
  package var confirm: Int

  package init(confirm: Int = 4) { self.confirm = confirm }
}

package struct PassRateRule: Sendable, Hashable {
  package enum Limit: Sendable, Hashable {
    /// The lower confidence limit must reach it.
    case min(Double)
    /// The plain rate must reach it; claims nothing beyond this suite.
    case observedMin(Double)
  }

  package var limit: Limit
  package var slices: [String]

  package init(limit: Limit, slices: [String] = []) {
    self.limit = limit
    self.slices = slices
  }
}

/// Critical cases and guarded incidents: each holds by itself, nothing is averaged.
package struct HardGate: Sendable, Hashable {
  package enum Demand: String, Sendable, CaseIterable {
    /// Every planned trial passes.
    case all
    /// One failure fails; passes once failure rates above 10 % are excluded (29 clean trials).
    case never
    /// Asked until a reliability of 98 % is told from one of 80 %, at most `trials` times.
    case reliable
  }

  package var demand: Demand
  /// Per arm and case, 1…1000; under `reliable` the most the candidate is asked.
  package var trials: Int

  package init(demand: Demand = .all, trials: Int? = nil) {
    self.demand = demand
    self.trials = trials ?? demand.usualTrials
  }
}

extension HardGate.Demand {
  /// What `trials` is where nobody writes it.
  package var usualTrials: Int {
    switch self {
    case .all: 3
    case .never: 29
    case .reliable: 60
    }
  }
}

/// A graded metric of the checks, absolute or against production.
package struct ScoreRule: Sendable, Hashable {
  package enum Limit: Sendable, Hashable {
    /// The lower confidence limit of the mean must reach it.
    case min(Double)
    /// A loss beyond it is excluded, paired by case.
    case margin(Double)
  }

  package var metric: String
  package var limit: Limit
  package var slices: [String]

  package init(metric: String, limit: Limit, slices: [String] = []) {
    self.metric = metric
    self.limit = limit
    self.slices = slices
  }
}

/// The share of very bad answers stays below a limit.
package struct TailRule: Sendable, Hashable {
  package var metric: String
  /// Answers graded below it are very bad.
  package var floor: Double
  package var maxShare: Double

  package init(metric: String, floor: Double = 0.2, maxShare: Double = 0.02) {
    self.metric = metric
    self.floor = floor
    self.maxShare = maxShare
  }
}

package struct ErrorRateRule: Sendable, Hashable {
  package var max: Double

  package init(max: Double = 0.05) { self.max = max }
}

package struct LatencyRule: Sendable, Hashable {
  package enum Limit: Sendable, Hashable {
    case absolute(Duration)
    /// Share above production's quantile.
    case increase(Double)
  }

  package var quantile: Double
  package var limit: Limit

  package init(quantile: Double = 0.95, limit: Limit) {
    self.quantile = quantile
    self.limit = limit
  }
}

package struct CostRule: Sendable, Hashable {
  package enum Limit: Sendable, Hashable {
    case increase(Double)
    case absolute(Money)
  }

  package var limit: Limit

  package init(limit: Limit = .increase(0.20)) { self.limit = limit }
}

package struct TokensRule: Sendable, Hashable {
  package enum Limit: Sendable, Hashable {
    case increase(Double)
    /// Input and output tokens of a request, in the mean.
    case absolute(Int)
  }

  package var limit: Limit

  package init(limit: Limit = .increase(0.20)) { self.limit = limit }
}
