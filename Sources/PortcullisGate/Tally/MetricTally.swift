import PortcullisCore

/// The evidence on one metric, over the cases whose checks carry it.
package struct MetricEvidence: Sendable, Hashable {
  package let needs: EvidenceNeeds.Metric
  package let whole: PairEvidence
  package let slices: [ScopeEvidence.Dimension]
  /// For each floor of the needs, cases by whether every answer reached it.
  package let floors: [PairEvidence]
}

/// The scores of one metric as they come in, over one `where` filter.
struct MetricTally {
  let needs: EvidenceNeeds.Metric
  private let readings: Int
  private var whole: PairTally
  private var slices: SliceTally
  private var floors: [PairTally]
  /// Whether the grades of pairs are of this metric.
  private let isOfScores: Bool

  /// - Parameter readings: Ways of telling which cases are independent, at least one.
  init(_ needs: EvidenceNeeds.Metric, readings: Int) {
    self.needs = needs
    self.readings = readings
    isOfScores = sameBytes(needs.name, ScoredPair.metric)
    whole = PairTally(readings: readings, metric: needs.name)
    slices = SliceTally(needs.dimensions, readings: readings, metric: needs.name)
    floors = needs.floors.map { _ in PairTally(readings: readings) }
  }

  /// Cases that do not carry the metric are left out by what they ask, never by what was answered.
  mutating func add(_ facts: CaseFacts, labels: [ClusterLabels], _ sorted: SortedTrials) {
    guard facts.metrics.contains(where: { sameBytes($0.name, needs.name) }) else { return }
    let candidate = MetricCase(needs.name, sorted.plan, of: .candidate, summary: sorted.candidate)
    let production = MetricCase(needs.name, sorted.plan, of: .production, summary: sorted.production)
    whole.add(facts, labels: labels, candidate: candidate, production: production)
    slices.add(facts, labels: labels, candidate: candidate, production: production)
    for (place, floor) in needs.floors.enumerated() {
      floors[place].add(
        facts, labels: labels, candidate: FloorCase(candidate, floor: billionths(floor)),
        production: FloorCase(production, floor: billionths(floor)))
    }
  }

  /// For needs without slices and floors.
  mutating func add(_ pair: ScoredPair, labels: [ClusterLabels]) {
    guard pair.isGraded, isOfScores else { return }
    whole.add(pair, labels: labels, candidate: pair.candidate, production: pair.production)
  }

  mutating func merge(_ other: MetricTally) {
    whole.merge(other.whole)
    slices.merge(other.slices)
    for place in floors.indices { floors[place].merge(other.floors[place]) }
  }

  /// One for each reading.
  func finished() -> [MetricEvidence] {
    let (whole, slices, floors) = (whole.finished(), slices.finished(), floors.map { $0.finished() })
    return (0..<readings).map { reading in
      MetricEvidence(needs: needs, whole: whole[reading], slices: slices[reading], floors: floors.map { $0[reading] })
    }
  }
}
