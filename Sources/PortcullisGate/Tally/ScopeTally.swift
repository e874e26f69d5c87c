import PortcullisCore

/// Everything counted over the cases of one `where` filter.
struct ScopeTally {
  let needs: EvidenceNeeds.Scope
  private let neverTrials: Int
  private let readings: Int
  private var whole: PairTally
  private var slices: SliceTally
  private var gates: [HardEvidence]
  private var broken = BrokenCases()
  private var candidateCalls = CallCounts()
  private var productionCalls = CallCounts()
  private var times: [TimeEvidence]
  private var amounts: [CostTally]
  private var metrics: [MetricTally]
  private var coverage = Coverage()

  /// - Parameter readings: Ways of telling which cases are independent, at least one.
  init(_ needs: EvidenceNeeds.Scope, neverTrials: Int, readings: Int) {
    self.needs = needs
    self.neverTrials = neverTrials
    self.readings = readings
    whole = PairTally(readings: readings)
    slices = SliceTally(needs.dimensions, readings: readings)
    times = needs.times.map { TimeEvidence($0) }
    amounts = needs.amounts.map { CostTally($0, readings: readings) }
    metrics = needs.metrics.map { MetricTally($0, readings: readings) }
    gates = needs.gates.map { HardEvidence($0) }
  }

  /// - Parameter labels: Of the case, one for each reading.
  mutating func add(_ facts: CaseFacts, labels: [ClusterLabels], _ sorted: SortedTrials) {
    guard facts.carries(needs.filter) else { return }
    for place in gates.indices { gates[place].add(facts, sorted, neverTrials: neverTrials) }
    if facts.isLeftOut { return }
    if needs.brokenCases { broken.add(facts, sorted) }
    let (candidate, production) = (sorted.candidate, sorted.production)
    whole.add(facts, labels: labels, candidate: candidate, production: production)
    slices.add(facts, labels: labels, candidate: candidate, production: production)
    candidateCalls.add(candidate, of: facts.id)
    productionCalls.add(production, of: facts.id)
    for place in times.indices { times[place].add(sorted) }
    for place in amounts.indices { amounts[place].add(labels: labels, sorted) }
    for place in metrics.indices { metrics[place].add(facts, labels: labels, sorted) }
    if needs.coverage { coverage.add(facts, candidate) }
  }

  /// For needs of scores alone; a pair carries no filter.
  mutating func add(_ pair: ScoredPair, labels: [ClusterLabels]) {
    guard needs.filter.isEmpty else { return }
    whole.add(pair, labels: labels, candidate: PlainOutcome(score: pair.candidate), production: PlainOutcome(score: pair.production))
    candidateCalls.add(pair.candidate, of: pair)
    productionCalls.add(pair.production, of: pair)
    for place in metrics.indices { metrics[place].add(pair, labels: labels) }
  }

  mutating func merge(_ other: ScopeTally) {
    whole.merge(other.whole)
    slices.merge(other.slices)
    for place in gates.indices { gates[place].merge(other.gates[place]) }
    broken.merge(other.broken)
    candidateCalls.merge(other.candidateCalls)
    productionCalls.merge(other.productionCalls)
    for place in times.indices { times[place].merge(other.times[place]) }
    for place in amounts.indices { amounts[place].merge(other.amounts[place]) }
    for place in metrics.indices { metrics[place].merge(other.metrics[place]) }
    coverage.merge(other.coverage)
  }

  func finished() -> ScopeEvidence {
    let (whole, slices) = (whole.finished(), slices.finished())
    let (amounts, metrics) = (amounts.map { $0.finished() }, metrics.map { $0.finished() })
    let units = (0..<readings).map { reading in
      ScopeEvidence.Units(
        whole: whole[reading], slices: slices[reading], amounts: amounts.map { $0[reading] }, metrics: metrics.map { $0[reading] })
    }
    return ScopeEvidence(
      needs: needs, units: units[0], suspected: Array(units.dropFirst()), gates: gates.map { $0.finished() }, broken: broken,
      candidateCalls: candidateCalls,
      productionCalls: productionCalls, times: times.map { $0.finished() }, coverage: coverage)
  }
}
