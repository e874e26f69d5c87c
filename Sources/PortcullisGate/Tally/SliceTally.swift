import PortcullisCore

/// The scores of cases by their values in some slicing dimensions.
struct SliceTally {
  private let dimensions: [String]
  private let readings: Int
  private let metric: String?
  /// By dimension, then by value.
  private var slices: [[SliceValue: PairTally]]

  /// - Parameters:
  ///   - readings: Ways of telling which cases are independent, at least one.
  ///   - metric: What is scored; nil is whether trials passed.
  init(_ dimensions: [String], readings: Int, metric: String? = nil) {
    self.dimensions = dimensions
    self.readings = readings
    self.metric = metric
    slices = dimensions.map { _ in [:] }
  }

  mutating func add(_ facts: CaseFacts, labels: [ClusterLabels], candidate: some ScoredCase, production: some ScoredCase) {
    for place in dimensions.indices {
      guard let value = facts.slice(dimensions[place]) else { continue }
      slices[place][SliceValue(value), default: PairTally(readings: readings, metric: metric)]
        .add(facts, labels: labels, candidate: candidate, production: production)
    }
  }

  mutating func merge(_ other: SliceTally) {
    for place in slices.indices { slices[place].merge(other.slices[place]) { merged($0, $1) } }
  }

  /// One list of dimensions for each reading, values by bytes.
  func finished() -> [[ScopeEvidence.Dimension]] {
    let whole = zip(dimensions, slices).map { name, values in
      (name: name, slices: values.sorted { $0.key < $1.key }.map { (value: $0.key.text, pairs: $0.value.finished()) })
    }
    return (0..<readings).map { reading in
      whole.map { dimension in
        ScopeEvidence.Dimension(
          name: dimension.name, slices: dimension.slices.map { ScopeEvidence.Slice(value: $0.value, pairs: $0.pairs[reading]) })
      }
    }
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
