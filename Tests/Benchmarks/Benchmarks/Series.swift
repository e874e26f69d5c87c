/// The figures of one measure over its rounds; never empty.
struct Series {
  private let sorted: [Double]

  init(_ values: [Double]) {
    precondition(!values.isEmpty)
    sorted = values.sorted()
  }

  var median: Double { (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2 }
  var least: Double { sorted[0] }
  var greatest: Double { sorted[sorted.count - 1] }
}

extension [Cost] {
  func series(_ field: KeyPath<Cost, Double>, scale: Double = 1) -> Series { Series(map { $0[keyPath: field] * scale }) }

  /// Each round against the other's same round: weather on the machine falls on both.
  func ratio(_ field: KeyPath<Cost, Double>, to other: [Cost]) -> Series {
    Series(zip(self, other).map { $0[keyPath: field] / $1[keyPath: field] })
  }
}
