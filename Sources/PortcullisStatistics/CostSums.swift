/// The paired costs of one cluster of cases, in whole units of any one size (micro- or nano-dollars, or tokens).
///
/// Retries and judge calls are charged to the arm that caused them. Parts of a cluster add up, in any order.
package struct CostCluster: Sendable, Hashable {
  package private(set) var pairs = 0
  /// Candidate's cost, candidate's successes, production's cost, production's successes.
  fileprivate var values = SIMD4<Int>()

  package init() {}

  /// Adds a pair of which both costs are known; success matters to `costPerSuccessPaired` only.
  package mutating func add(
    candidateCost: Int, productionCost: Int, candidateSucceeded: Bool = true, productionSucceeded: Bool = true
  ) {
    precondition(candidateCost >= 0 && productionCost >= 0, "a cost is not negative")
    pairs += 1
    values[0] += candidateCost
    values[1] += candidateSucceeded ? 1 : 0
    values[2] += productionCost
    values[3] += productionSucceeded ? 1 : 0
  }

  package static func + (left: CostCluster, right: CostCluster) -> CostCluster {
    var sum = left
    sum.pairs += right.pairs
    for index in 0..<4 { sum.values[index] += right.values[index] }
    return sum
  }
}

/// The sufficient statistics of paired costs: totals and products over clusters, in whole numbers.
///
/// Sums of disjoint sets of clusters add up exactly, in any order and partition; each cluster must be whole before it is
/// added. Exact while the sum of squared cluster costs stays below 1e38; beyond it stops the program.
package struct CostSums: Sendable, Hashable {
  /// Clusters with at least one pair.
  package private(set) var clusters = 0
  package private(set) var pairs = 0
  private var totals = [Int128](repeating: 0, count: 4)
  /// Row-major 4 × 4, the order of `CostCluster.values`.
  private var products = [Int128](repeating: 0, count: 16)

  package init() {}

  /// Adds a cluster; one without pairs is none.
  package mutating func add(_ cluster: CostCluster) {
    guard cluster.pairs > 0 else { return }
    clusters += 1
    pairs += cluster.pairs
    for row in 0..<4 {
      totals[row] += Int128(cluster.values[row])
      for column in 0..<4 { products[4 * row + column] += Int128(cluster.values[row]) * Int128(cluster.values[column]) }
    }
  }

  package static func + (left: CostSums, right: CostSums) -> CostSums {
    var sum = left
    sum.clusters += right.clusters
    sum.pairs += right.pairs
    for index in 0..<4 { sum.totals[index] += right.totals[index] }
    for index in 0..<16 { sum.products[index] += right.products[index] }
    return sum
  }

  package static func += (left: inout CostSums, right: CostSums) {
    left = left + right
  }

  /// The candidate's cost over all pairs, in the unit of the costs.
  package var candidateTotal: Double { Double(totals[0]) }
  /// Production's cost over all pairs, in the unit of the costs.
  package var productionTotal: Double { Double(totals[2]) }

  /// A product of the four means, each to the power 1, 0 or −1, with the standard error of its logarithm.
  ///
  /// By linearisation: each pair contributes Σ power·value/mean. Nil below two clusters or where a mean used is 0.
  func ratio(powers: SIMD4<Double>) -> (value: Double, logError: Double)? {
    let used = (0..<4).filter { powers[$0] != 0 }
    guard clusters > 1, used.allSatisfy({ totals[$0] > 0 }) else { return nil }
    let (n, g) = (Double(pairs), Double(clusters))
    func weight(_ index: Int) -> Double { powers[index] * n / Double(totals[index]) }
    var squares = 0.0
    for row in used {
      for column in used { squares += weight(row) * weight(column) * Double(products[4 * row + column]) }
    }
    var value = 1.0
    for index in used where powers[index] > 0 { value *= Double(totals[index]) }
    for index in used where powers[index] < 0 { value /= Double(totals[index]) }
    return (value, (g / (g - 1) * max(0, squares)).squareRoot() / n)
  }
}

extension CostSums {
  /// Paired costs and successes in dollars (or any unit), rounded to 1e-9 of it, with the cluster each pair belongs to.
  package init(
    candidate: [Double], production: [Double], candidateSucceeded: [Bool]? = nil, productionSucceeded: [Bool]? = nil,
    clusters labels: [some Hashable]
  ) {
    precondition(candidate.count == production.count && candidate.count == labels.count, "costs are paired and have clusters")
    self.init()
    var byLabel = Dictionary(labels.map { ($0, CostCluster()) }, uniquingKeysWith: { first, _ in first })
    for (index, label) in labels.enumerated() {
      byLabel[label, default: CostCluster()].add(
        candidateCost: billionths(candidate[index]), productionCost: billionths(production[index]),
        candidateSucceeded: candidateSucceeded?[index] ?? true, productionSucceeded: productionSucceeded?[index] ?? true)
    }
    for cluster in byLabel.values { add(cluster) }
  }
}

/// A cost in whole billionths of its unit.
func billionths(_ value: Double) -> Int {
  precondition(value >= 0 && value <= 1e9, "a cost is finite and not negative")
  return Int((value * 1e9).rounded())
}
