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
  /// Planned trials for each arm, at least 1.
  package let plannedTrials: Int

  package init(
    id: CaseID, evalset: String, severity: Case.Severity = .normal, behaviour: String? = nil, tags: [Case.Tag] = [], cluster: String? = nil,
    incident: Incident? = nil, isQuarantined: Bool = false, plannedTrials: Int = 1
  ) {
    self.id = id
    self.evalset = evalset
    self.severity = severity
    self.behaviour = behaviour
    self.tags = tags
    self.cluster = cluster
    self.incident = incident
    self.isQuarantined = isQuarantined
    self.plannedTrials = plannedTrials
  }

  package init(_ testCase: Case, plannedTrials: Int) {
    self.init(
      id: testCase.id, evalset: testCase.evalset, severity: testCase.severity, behaviour: testCase.behaviour, tags: testCase.tags,
      cluster: testCase.cluster, incident: testCase.incident, isQuarantined: testCase.quarantine != nil, plannedTrials: plannedTrials)
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
  package let repeatIndex: Int
  package let state: State
  /// Whether the outcome rests on a judge.
  package let isJudged: Bool
  package let latency: Duration?
  package let ttft: Duration?
  /// Micro-units; nil is unknown, never free.
  package let costMicro: Int?
  package let tokens: TokenUsage
  /// Taken over from an earlier run (`--reuse`, `--rescore`): no evidence for latency or critical trials.
  package let isReused: Bool
  /// From the `replay` provider.
  package let isRecorded: Bool

  package init(
    arm: Arm, repeatIndex: Int = 0, state: State, isJudged: Bool = false, latency: Duration? = nil, ttft: Duration? = nil,
    costMicro: Int? = nil,
    tokens: TokenUsage = TokenUsage(), isReused: Bool = false, isRecorded: Bool = false
  ) {
    self.arm = arm
    self.repeatIndex = repeatIndex
    self.state = state
    self.isJudged = isJudged
    self.latency = latency
    self.ttft = ttft
    self.costMicro = costMicro
    self.tokens = tokens
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
  /// Names of tags that some case carries, for what to suggest; only a plan that is weighed before it is asked knows them.
  package var tagNames: [String] = []

  package init(
    stop: Stop = .finished, arms: [Arm], plannedCases: Int, isFiltered: Bool = false, concurrency: Int = 1, currency: String? = nil
  ) {
    self.stop = stop
    self.arms = arms
    self.plannedCases = plannedCases
    self.isFiltered = isFiltered
    self.concurrency = concurrency
    self.currency = currency
  }
}
