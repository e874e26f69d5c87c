import PortcullisCore

/// Everything counted over the cases of one `where` filter.
struct ScopeTally {
  let needs: EvidenceNeeds.Scope
  private let neverTrials: Int
  private let readings: Int
  private var whole: PairTally
  /// By dimension, then by value.
  private var slices: [[SliceValue: PairTally]]
  private var gates: [HardEvidence]
  private var candidateCalls = CallCounts()
  private var productionCalls = CallCounts()
  private var candidateLatency = LatencySample()
  private var productionLatency = LatencySample()
  private var cost: CostTally

  /// - Parameter readings: Ways of telling which cases are independent, at least one.
  init(_ needs: EvidenceNeeds.Scope, neverTrials: Int, readings: Int) {
    self.needs = needs
    self.neverTrials = neverTrials
    self.readings = readings
    whole = PairTally(readings: readings)
    cost = CostTally(readings: readings)
    slices = needs.dimensions.map { _ in [:] }
    gates = needs.gates.map { HardEvidence($0) }
  }

  /// - Parameter labels: Of the case, one for each reading.
  mutating func add(_ facts: CaseFacts, labels: [ClusterLabels], _ trials: [TrialFacts], candidate: ArmCase, production: ArmCase) {
    guard facts.carries(needs.filter) else { return }
    for place in gates.indices { gates[place].add(facts, candidate, neverTrials: neverTrials) }
    if facts.isLeftOut { return }
    whole.add(facts, labels: labels, candidate: candidate, production: production)
    for place in needs.dimensions.indices {
      guard let value = facts.slice(needs.dimensions[place]) else { continue }
      slices[place][SliceValue(value), default: PairTally(readings: readings)]
        .add(facts, labels: labels, candidate: candidate, production: production)
    }
    candidateCalls.add(candidate, of: facts.id)
    productionCalls.add(production, of: facts.id)
    if needs.latency {
      candidateLatency.add(trials, of: .candidate, summary: candidate)
      productionLatency.add(trials, of: .production, summary: production)
    }
    if needs.cost { cost.add(labels: labels, trials, candidate: candidate, production: production) }
  }

  mutating func merge(_ other: ScopeTally) {
    whole.merge(other.whole)
    for place in slices.indices { slices[place].merge(other.slices[place]) { merged($0, $1) } }
    for place in gates.indices { gates[place].merge(other.gates[place]) }
    candidateCalls.merge(other.candidateCalls)
    productionCalls.merge(other.productionCalls)
    candidateLatency.merge(other.candidateLatency)
    productionLatency.merge(other.productionLatency)
    cost.merge(other.cost)
  }

  func finished() -> ScopeEvidence {
    var (ours, theirs) = (candidateLatency, productionLatency)
    ours.sort()
    theirs.sort()
    let (whole, cost) = (whole.finished(), cost.finished())
    let dimensions = zip(needs.dimensions, slices).map { name, values in
      (name: name, slices: values.sorted { $0.key < $1.key }.map { (value: $0.key.text, pairs: $0.value.finished()) })
    }
    let units = (0..<readings).map { reading in
      ScopeEvidence.Units(
        whole: whole[reading],
        slices: dimensions.map { dimension in
          ScopeEvidence.Dimension(
            name: dimension.name, slices: dimension.slices.map { ScopeEvidence.Slice(value: $0.value, pairs: $0.pairs[reading]) })
        },
        cost: cost[reading])
    }
    return ScopeEvidence(
      needs: needs, units: units[0], suspected: Array(units.dropFirst()), gates: gates, candidateCalls: candidateCalls,
      productionCalls: productionCalls, candidateLatency: ours, productionLatency: theirs)
  }
}

private func merged(_ left: PairTally, _ right: PairTally) -> PairTally {
  var sum = left
  sum.merge(right)
  return sum
}

/// A slice's value, equal by bytes.
struct SliceValue: Hashable, Comparable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (left: SliceValue, right: SliceValue) -> Bool { sameBytes(left.text, right.text) }
  static func < (left: SliceValue, right: SliceValue) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }
}
