import PortcullisCore

/// Everything counted over the cases of one `where` filter.
struct ScopeTally {
  let needs: EvidenceNeeds.Scope
  private let neverTrials: Int
  private var whole = PairTally()
  /// By dimension, then by value.
  private var slices: [[SliceValue: PairTally]]
  private var gates: [HardEvidence]
  private var candidateCalls = CallCounts()
  private var productionCalls = CallCounts()
  private var candidateLatency = LatencySample()
  private var productionLatency = LatencySample()
  private var cost = CostTally()

  init(_ needs: EvidenceNeeds.Scope, neverTrials: Int) {
    self.needs = needs
    self.neverTrials = neverTrials
    slices = needs.dimensions.map { _ in [:] }
    gates = needs.gates.map { HardEvidence($0) }
  }

  mutating func add(_ facts: CaseFacts, _ trials: [TrialFacts], candidate: ArmCase, production: ArmCase) {
    guard facts.carries(needs.filter) else { return }
    for place in gates.indices { gates[place].add(facts, candidate, neverTrials: neverTrials) }
    if facts.isLeftOut { return }
    whole.add(facts, candidate: candidate, production: production)
    for place in needs.dimensions.indices {
      guard let value = facts.slice(needs.dimensions[place]) else { continue }
      slices[place][SliceValue(value), default: PairTally()].add(facts, candidate: candidate, production: production)
    }
    candidateCalls.add(candidate, of: facts.id)
    productionCalls.add(production, of: facts.id)
    if needs.latency {
      candidateLatency.add(trials, of: .candidate, summary: candidate)
      productionLatency.add(trials, of: .production, summary: production)
    }
    if needs.cost { cost.add(facts, trials, candidate: candidate, production: production) }
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
    return ScopeEvidence(
      needs: needs, whole: whole.finished(),
      slices: zip(needs.dimensions, slices).map { dimension, values in
        ScopeEvidence.Dimension(
          name: dimension,
          slices: values.sorted { $0.key < $1.key }.map { ScopeEvidence.Slice(value: $0.key.text, pairs: $0.value.finished()) })
      },
      gates: gates, candidateCalls: candidateCalls, productionCalls: productionCalls, candidateLatency: ours, productionLatency: theirs,
      cost: cost.finished())
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
