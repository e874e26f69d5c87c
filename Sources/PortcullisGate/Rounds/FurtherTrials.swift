package import PortcullisCore
import PortcullisStatistics

/// What a policy still asks for, given the evidence at hand: a pure function of the cases, gathered one at a time.
///
/// A case that production passes and the candidate failed is asked again once, in both arms; a case under the demand `reliable` is asked on,
/// in the candidate, until it is decided. Rounds that are planned already are in the cases' facts, so that nothing is planned twice, whoever
/// asks and how often.
package struct FurtherTrials: Sendable {
  /// A round to be added to the run; never without a case.
  package struct Round: Sendable, Hashable {
    package let purpose: FurtherRound.Purpose
    package let arms: [Arm]
    package fileprivate(set) var cases: [CaseTrials] = []
  }

  package struct CaseTrials: Sendable, Hashable {
    /// The case's place in the plan.
    package let ordinal: Int
    /// To add, for each arm.
    package let trials: Int
  }

  private struct Sequential: Sendable {
    let ordinal: Int
    let sequence: CandidateSequence
    /// Into `gates`.
    let gate: Int
  }

  private let confirming: [(rule: NoBrokenCasesRule, filter: [Case.Tag])]
  private let gates: [(gate: EvidenceNeeds.Gate, filter: [Case.Tag])]
  private let arms: [Arm]
  private let rates: (pass: Double, fail: Double)
  private var confirmed: [CaseTrials] = []
  private var sequential: [Sequential] = []
  /// Cases under the demand, by gate.
  private var reliableCases: [Int]

  package init(_ policy: Policy, arms: [Arm]) {
    self.arms = arms
    rates = (policy.wrongPass, policy.wrongFail)
    let rules = policy.hasSoundErrorRates ? policy.offline : []
    confirming = rules.compactMap { rule in
      if case .noBrokenCases(let broken) = rule.rule, (1...100).contains(broken.confirm) { (broken, rule.where) } else { nil }
    }
    gates = rules.compactMap { rule in
      rule.rule.hardGate.flatMap { gate in gate.trials > 0 && gate.mayBeReliable ? (gate, rule.where) : nil }
    }
    reliableCases = gates.map { _ in 0 }
  }

  /// Whether any case could be asked more than the first round does; where not, nothing needs to be read.
  package var mayAsk: Bool { !confirming.isEmpty && arms.contains(.production) || !gates.isEmpty }

  /// Takes in a case with its recorded trials; once for each.
  package mutating func add(_ facts: CaseFacts, trials: [TrialFacts], ordinal: Int) {
    guard !facts.isLeftOut else { return }
    let sorted = SortedTrials(facts, trials)
    if arms.contains(.production), facts.trials(.confirming) == 0, sorted.isBroken, !sorted.isJudged,
      let confirm = confirming.filter({ facts.carries($0.filter) }).map(\.rule.confirm).max()
    {
      confirmed.append(CaseTrials(ordinal: ordinal, trials: confirm))
    }
    for (place, (gate, filter)) in gates.enumerated()
    where gate.population.contains(facts) && facts.carries(filter) && gate.demand(on: facts) == .reliable {
      reliableCases[place] += 1
      let own = trials.filter { $0.arm == .candidate }
      // What rests on a judge or on an earlier run cannot hold, however often it is asked.
      guard !own.contains(where: { $0.isJudged || $0.isReused }) else { continue }
      sequential.append(Sequential(ordinal: ordinal, sequence: CandidateSequence(facts, own), gate: place))
    }
  }

  /// The rounds to add now; empty when nothing more is asked for.
  package var rounds: [Round] {
    var rounds: [Round] = []
    if !confirmed.isEmpty {
      rounds.append(Round(purpose: .confirming, arms: arms.filter { $0 != .noise }, cases: confirmed))
    }
    var more: [Int: Int] = [:]
    for asked in sequential {
      let trials = asked.sequence.trialsToPass(demand(asked.gate))
      if trials > 0 { more[asked.ordinal] = max(more[asked.ordinal] ?? 0, trials) }
    }
    if !more.isEmpty {
      rounds.append(
        Round(
          purpose: .sequential, arms: [.candidate],
          cases: more.sorted { $0.key < $1.key }.map { CaseTrials(ordinal: $0.key, trials: $0.value) }))
    }
    return rounds
  }

  private func demand(_ place: Int) -> ReliableCase.Demand {
    ReliableCase.Demand(alpha: rates.pass, beta: rates.fail, cases: max(1, reliableCases[place]), cap: gates[place].gate.reliableCap)
  }
}

extension Policy {
  /// Trials of a first sequential round for a case: the fewest beyond its first round with which it can be decided to hold; 0 without a demand
  /// for reliability.
  package func sequentialTrials(for facts: CaseFacts) -> Int {
    guard hasSoundErrorRates, !facts.isLeftOut else { return 0 }
    let least = offline.compactMap { rule -> Int? in
      guard let gate = rule.rule.hardGate, gate.trials > 0, gate.population.contains(facts), facts.carries(rule.where),
        gate.demand(on: facts) == .reliable
      else { return nil }
      let demand = ReliableCase.Demand(alpha: wrongPass, beta: wrongFail, cases: 1, cap: gate.reliableCap)
      return demand.leastTrials ?? demand.cap
    }.max()
    return max(0, (least ?? 0) - facts.plannedTrials)
  }
}

extension EvidenceNeeds.Gate {
  /// Whether a case may be under the demand `reliable`: by the rule, or by its own incident.
  fileprivate var mayBeReliable: Bool { demand == .reliable || population == .guarded }
}

extension SortedTrials {
  fileprivate var isJudged: Bool { candidate.judged + production.judged > 0 }
}
