package import PortcullisCore

extension Policy {
  /// Trials an arm in the first round for a case: what its hard gates ask for (the most of them), else the case's or its evalset's own, else
  /// the run's. The demand `reliable` asks for none here: its trials come in sequential rounds.
  ///
  /// - Parameters:
  ///   - repeats: The run's (`repeats`, `--repeats`), at least 1.
  package func plannedTrials(for testCase: Case, repeats: Int = 1) -> Int {
    gateTrials(CaseFacts(testCase, plannedTrials: 1)) ?? max(1, testCase.repeats ?? repeats)
  }

  /// nil where no hard gate of the policy is about the case; an advisory one needs its trials too.
  private func gateTrials(_ facts: CaseFacts) -> Int? {
    var most: Int?
    for rule in offline {
      guard let gate = rule.rule.hardGate, gate.population.contains(facts), facts.carries(rule.where) else { continue }
      if gate.demand(on: facts) == .reliable { continue }
      most = max(most ?? 1, gate.trials(facts) ?? gate.trials)
    }
    return most
  }
}

extension Rule {
  var hardGate: EvidenceNeeds.Gate? {
    switch self {
    case .criticalCases(let gate): .init(population: .critical, demand: gate.demand, trials: gate.trials)
    case .incidentsStayFixed(let gate): .init(population: .guarded, demand: gate.demand, trials: gate.trials)
    case .complete, .noRegression, .noBrokenCases, .passRate, .score, .tail, .errorRate, .latency, .ttft, .tpot, .costPerRequest,
      .costPerSuccess, .tokensPerRequest, .coverage:
      nil
    }
  }
}
