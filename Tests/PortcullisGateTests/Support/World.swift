import PortcullisCore
import PortcullisGate

/// A case with its recorded trials, written as words: one letter a repeat.
///
/// `P` passed, `F` failed, `U` answered without a score, `X` the call failed (503), `T` timed out, `B` cut by our budget,
/// `W` another model answered, `L` larger than we read, `.` nothing recorded.
struct Sample {
  var facts: CaseFacts
  var trials: [TrialFacts]

  init(
    _ id: String, candidate: String, production: String = "", evalset: String = "suite", severity: Case.Severity = .normal,
    behaviour: String? = nil, tags: [Case.Tag] = [], cluster: String? = nil, incident: Incident? = nil, isQuarantined: Bool = false,
    isJudged: Bool = false, isReused: Bool = false, isRecorded: Bool = false, latency: Int? = nil, productionLatency: Int? = nil,
    cost: Int? = nil, productionCost: Int? = nil
  ) {
    facts = CaseFacts(
      id: CaseID(id)!, evalset: evalset, severity: severity, behaviour: behaviour, tags: tags, cluster: cluster, incident: incident,
      isQuarantined: isQuarantined, plannedTrials: max(1, candidate.count, production.count))
    trials = []
    for (arm, word) in [(Arm.candidate, candidate), (.production, production)] {
      for (index, letter) in word.enumerated() {
        guard let state = state(letter) else { continue }
        let milliseconds = arm == .candidate ? latency : productionLatency ?? latency
        trials.append(
          TrialFacts(
            arm: arm, repeatIndex: index, state: state, isJudged: isJudged, latency: milliseconds.map { .milliseconds($0) },
            costMicro: arm == .candidate ? cost : productionCost ?? cost, isReused: isReused, isRecorded: isRecorded))
      }
    }
  }
}

func state(_ letter: Character) -> TrialFacts.State? {
  switch letter {
  case "P": .passed
  case "F": .failed
  case "U": .unscored
  case "X": .callFailed(.server)
  case "T": .callFailed(.timeout)
  case "B": .callFailed(.budget)
  case "W": .callFailed(.wrongModel)
  case "L": .callFailed(.tooLarge)
  case ".": nil
  default: fatalError("'\(letter)' is no outcome")
  }
}

/// `count` cases with the same outcome in each arm, named `name-001`….
func cases(_ count: Int, _ name: String, candidate: String, production: String = "", behaviour: String? = nil) -> [Sample] {
  (0..<count).map { Sample(numbered(name, $0), candidate: candidate, production: production, behaviour: behaviour) }
}

func numbered(_ name: String, _ index: Int) -> String {
  let digits = String(index + 1)
  return name + "-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// A table of pairs, one trial a case.
func pairs(both: Int = 0, lost: Int = 0, gained: Int = 0, neither: Int = 0, behaviour: String? = nil) -> [Sample] {
  let name = behaviour ?? "case"
  return cases(both, name + "-a", candidate: "P", production: "P", behaviour: behaviour)
    + cases(lost, name + "-b", candidate: "F", production: "P", behaviour: behaviour)
    + cases(gained, name + "-c", candidate: "P", production: "F", behaviour: behaviour)
    + cases(neither, name + "-d", candidate: "F", production: "F", behaviour: behaviour)
}

func tally(_ samples: [Sample], _ policy: Policy, clusters: ClusterPlan = ClusterPlan()) -> Tally {
  var tally = Tally(needs: EvidenceNeeds(policy, clusters: clusters))
  for sample in samples { tally.add(sample.facts, trials: sample.trials) }
  return tally
}

let bothArms: [Arm] = [.candidate, .production]

func evidence(
  _ samples: [Sample], _ policy: Policy, arms: [Arm] = bothArms, stop: RunFacts.Stop = .finished, plannedCases: Int? = nil,
  isFiltered: Bool = false, currency: String? = "USD"
) -> Evidence {
  tally(samples, policy).evidence(
    run: RunFacts(
      stop: stop, arms: arms, plannedCases: plannedCases ?? samples.count, isFiltered: isFiltered, concurrency: 16, currency: currency))
}

func decision(
  _ samples: [Sample], _ policy: Policy, arms: [Arm] = bothArms, stop: RunFacts.Stop = .finished, plannedCases: Int? = nil,
  isFiltered: Bool = false, currency: String? = "USD"
) -> Decision {
  decide(
    evidence(samples, policy, arms: arms, stop: stop, plannedCases: plannedCases, isFiltered: isFiltered, currency: currency),
    policy: policy,
    context: someContext)
}

/// The rulings of a policy of one rule, without those of the run.
func rulings(
  _ rule: Rule, _ samples: [Sample], where filter: [Case.Tag] = [], arms: [Arm] = bothArms, stop: RunFacts.Stop = .finished,
  plannedCases: Int? = nil, currency: String? = "USD"
) -> [Ruling] {
  let policy = Policy(offline: [PolicyRule(rule, where: filter)])
  return decision(samples, policy, arms: arms, stop: stop, plannedCases: plannedCases, currency: currency).rulings.filter {
    $0.rule != "run"
  }
}

func ruling(
  _ rule: Rule, _ samples: [Sample], where filter: [Case.Tag] = [], arms: [Arm] = bothArms, plannedCases: Int? = nil,
  currency: String? = "USD"
) -> Ruling {
  rulings(rule, samples, where: filter, arms: arms, plannedCases: plannedCases, currency: currency)[0]
}

let someContext = DecisionContext(
  run: RunID("0123456789ab")!, targets: [], evalsets: [], policyDigest: Digest(of: "policy"), portcullisVersion: "0")

func near(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-6) -> Bool {
  value.map { abs($0 - expected) <= tolerance } ?? false
}

func ids(_ ruling: Ruling) -> [String] { ruling.witnesses.map(\.text) }

let guarded = Incident(id: "INC-1", severity: .p1, state: .guarded, opened: nil, fixed: nil, owner: nil, link: nil, badOutput: nil)

func guarded(demand: String?, state: Incident.State = .guarded) -> Incident {
  Incident(id: "INC-1", severity: .p1, state: state, opened: nil, fixed: nil, owner: nil, link: nil, badOutput: nil, demand: demand)
}
