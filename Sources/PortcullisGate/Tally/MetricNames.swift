import PortcullisCore

/// Names of the metrics that cases carry, for what to suggest where a rule names one that none does: the first by bytes, so that neither order
/// nor shards change which are kept.
struct MetricNames: Sendable {
  static let limit = 200
  private(set) var names: [String] = []

  mutating func add(_ facts: CaseFacts) {
    for metric in facts.metrics { add(metric.name) }
  }

  mutating func merge(_ other: MetricNames) {
    for name in other.names { add(name) }
  }

  mutating func add(_ name: String) {
    if names.contains(where: { sameBytes($0, name) }) { return }
    let place = names.firstIndex { name.utf8.lexicographicallyPrecedes($0.utf8) } ?? names.count
    guard place < Self.limit else { return }
    names.insert(name, at: place)
    if names.count > Self.limit { names.removeLast() }
  }
}
