package import PortcullisCore

/// What the tally must know of a case; everything else about it stays on disk.
package struct CaseFacts: Sendable, Hashable {
  package let id: CaseID
  package let evalset: String
  package let severity: Case.Severity
  package let behaviour: String?
  package let tags: [Case.Tag]
  package let cluster: String?
  /// The certain cluster that was found for it (`FoundClusters`), which holds all cases of the declared one; nil where that says everything.
  package var foundCluster: Int?
  package let incident: Incident?
  package let isQuarantined: Bool
  /// The metrics that its checks carry, each once.
  package let metrics: [CaseMetric]
  /// Planned trials for each arm, at least 1: of the first round, and of the looks in `further`.
  package internal(set) var plannedTrials: Int
  /// The rounds after the first, in their order; empty for most cases.
  package internal(set) var further: [FurtherRound]

  package init(
    id: CaseID, evalset: String, severity: Case.Severity = .normal, behaviour: String? = nil, tags: [Case.Tag] = [], cluster: String? = nil,
    incident: Incident? = nil, isQuarantined: Bool = false, metrics: [CaseMetric] = [], plannedTrials: Int = 1,
    further: [FurtherRound] = []
  ) {
    self.id = id
    self.evalset = evalset
    self.severity = severity
    self.behaviour = behaviour
    self.tags = tags
    self.cluster = cluster
    self.incident = incident
    self.isQuarantined = isQuarantined
    self.metrics = metrics
    self.plannedTrials = plannedTrials
    self.further = further
  }

  package init(_ testCase: Case, plannedTrials: Int) {
    self.init(
      id: testCase.id, evalset: testCase.evalset, severity: testCase.severity, behaviour: testCase.behaviour, tags: testCase.tags,
      cluster: testCase.cluster, incident: testCase.incident, isQuarantined: testCase.quarantine != nil, metrics: testCase.metrics,
      plannedTrials: plannedTrials)
  }

  /// The case's value in a slicing dimension: a tag name, `behaviour`, `severity` or `evalset`; nil where it has none.
  package func slice(_ dimension: String) -> String? {
    switch dimension {
    case "behaviour": behaviour
    case "severity": severity.rawValue
    case "evalset": evalset
    default: tags.first { sameBytes($0.name, dimension) }?.value
    }
  }
}

/// What the tally must know of one trial that was recorded. Trials planned but not here are missing.
package struct TrialFacts: Sendable, Hashable {
  package enum State: Sendable, Hashable {
    case passed
    case failed
    /// Answered, but no score could be given (judge, checker or ours).
    case unscored
    /// No answer after all attempts.
    case callFailed(FailureKind)
  }

  package let arm: Arm
  package internal(set) var repeatIndex: Int
  package let state: State
  /// Whether the outcome rests on a judge.
  package let isJudged: Bool
  package let latency: Duration?
  package let ttft: Duration?
  /// Micro-units; nil is unknown, never free.
  package let costMicro: Int?
  package let tokens: TokenUsage
  /// In the metrics that the policy asks for and its checks carry; none where there was no answer.
  package let metrics: [MetricScore]
  /// Taken over from an earlier run (`--reuse`, `--rescore`): no evidence for latency or critical trials.
  package let isReused: Bool
  /// From the `replay` provider.
  package let isRecorded: Bool

  package init(
    arm: Arm, repeatIndex: Int = 0, state: State, isJudged: Bool = false, latency: Duration? = nil, ttft: Duration? = nil,
    costMicro: Int? = nil, tokens: TokenUsage = TokenUsage(), metrics: [MetricScore] = [], isReused: Bool = false, isRecorded: Bool = false
  ) {
    self.arm = arm
    self.repeatIndex = repeatIndex
    self.state = state
    self.isJudged = isJudged
    self.latency = latency
    self.ttft = ttft
    self.costMicro = costMicro
    self.tokens = tokens
    self.metrics = metrics
    self.isReused = isReused
    self.isRecorded = isRecorded
  }
}

/// What the whole run adds to the evidence, beside its trials.
package struct RunFacts: Sendable, Hashable {
  package enum Stop: String, Sendable {
    /// The whole plan was worked through.
    case finished
    case budget
    case deadline
    /// Nothing could be scored because an endpoint was not reached.
    case unreachable
  }

  package var stop: Stop
  /// Arms that were planned; `production` absent means nothing to compare with.
  package var arms: [Arm]
  /// Cases of the plan; fewer seen by the tally are missing.
  package var plannedCases: Int
  /// `--case`, `--tag` or `--limit` was given: at best inconclusive.
  package var isFiltered: Bool
  /// Calls at once for each arm, for the sentence of latency rulings.
  package var concurrency: Int
  /// The currency of all costs; nil where no price is known.
  package var currency: String?
  package var planSource = PlanSource.listed
  /// Names of tags that some case carries, for what to suggest; only a plan that is weighed before it is asked knows them.
  package var tagNames: [String] = []
  /// Other runs that tried the same candidate on the same cases under the same policy, and did not pass although nothing was missing.
  package var earlierAttempts = 0
  /// Which of the policy's planned looks this evidence is, from 1.
  package var look = 1
  /// What the evalsets promise to test, whether cases do or not.
  package var behaviours: [BehaviourDemand]

  package init(
    stop: Stop = .finished, arms: [Arm], plannedCases: Int, isFiltered: Bool = false, concurrency: Int = 1, currency: String? = nil,
    behaviours: [BehaviourDemand] = []
  ) {
    self.stop = stop
    self.arms = arms
    self.plannedCases = plannedCases
    self.isFiltered = isFiltered
    self.concurrency = concurrency
    self.currency = currency
    self.behaviours = behaviours
  }
}

/// Who says how many cases were planned.
package enum PlanSource: Sendable, Hashable {
  /// A plan of ours, case by case: one that the evidence lacks is a fault of the run.
  case listed
  /// A number beside scores that another tool computed: a case that the evidence lacks is a missing pair.
  case stated
  /// Nobody but the user, who vouches that the files hold every planned case.
  case vouched

  /// Whether the scores were computed elsewhere.
  var isElsewhere: Bool { self != .listed }
}

/// A behaviour that an evalset declares, with the cases it asks for.
package struct BehaviourDemand: Sendable, Hashable {
  package let evalset: String
  package let behaviour: String
  /// Scored cases at the least.
  package let minCases: Int

  package init(evalset: String, behaviour: String, minCases: Int) {
    self.evalset = evalset
    self.behaviour = behaviour
    self.minCases = minCases
  }
}
