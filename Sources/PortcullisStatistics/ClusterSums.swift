/// Scores are rounded to this many steps in 1 and summed as whole numbers, so that neither order nor shards change a bit.
let stepsPerUnit = 1_000_000_000

/// A score or difference in steps of 1e-9.
func steps(_ value: Double) -> Int {
  precondition(abs(value) <= 1_000_000, "a score is a finite number of ordinary size")
  return Int((value * Double(stepsPerUnit)).rounded())
}

/// The pairs of one cluster: cases that share a source and so rise and fall together.
///
/// A case of its own is a cluster of one; a case with repeated trials enters once, with its mean. Parts of a cluster from
/// several shards add up, in any order.
package struct ScoreCluster: Sendable, Hashable {
  /// Pairs with both scores.
  package private(set) var pairs = 0
  /// Pairs that lack a score in either arm.
  package private(set) var missing = 0
  /// Sum of candidate − production, in steps.
  fileprivate var total = 0

  package init() {}

  /// Adds a pair; each score is rounded to 1e-9.
  package mutating func add(candidate: Double, production: Double) {
    pairs += 1
    total += steps(candidate) - steps(production)
  }

  /// Adds a pair of which only the difference, candidate − production, is known.
  package mutating func add(difference: Double) {
    pairs += 1
    total += steps(difference)
  }

  package mutating func addMissing() {
    missing += 1
  }

  package static func + (left: ScoreCluster, right: ScoreCluster) -> ScoreCluster {
    var sum = left
    sum.pairs += right.pairs
    sum.missing += right.missing
    sum.total += right.total
    return sum
  }
}

/// The sufficient statistics of clustered differences: what `augmentedBounds` looks at, in whole numbers.
///
/// Sums of disjoint sets of clusters add up exactly, in any order and partition; each cluster must be whole before it is
/// added. Exact for up to 1e9 pairs with |difference| ≤ 4; beyond the range of the integers it stops the program.
package struct ClusterSums: Sendable, Hashable {
  /// Clusters with at least one pair (G).
  package private(set) var clusters = 0
  /// Pairs (N).
  package private(set) var pairs = 0
  private var squaredSizes: Int128 = 0
  private var total: Int128 = 0
  private var squaredTotals: Int128 = 0
  private var sizedTotals: Int128 = 0

  package init() {}

  /// Adds the complete pairs of a cluster; a cluster without any is none.
  package mutating func add(_ cluster: ScoreCluster) {
    add(pairs: cluster.pairs, total: Int128(cluster.total))
  }

  /// Adds all pairs of a cluster, each missing one as the worst difference, −`range`.
  package mutating func addWorstCase(_ cluster: ScoreCluster, range: Double = 1) {
    add(pairs: cluster.pairs + cluster.missing, total: Int128(cluster.total) - Int128(cluster.missing) * Int128(steps(range)))
  }

  private mutating func add(pairs size: Int, total sum: Int128) {
    guard size > 0 else { return }
    clusters += 1
    pairs += size
    squaredSizes += Int128(size) * Int128(size)
    total += sum
    squaredTotals += sum * sum
    sizedTotals += sum * Int128(size)
  }

  package static func + (left: ClusterSums, right: ClusterSums) -> ClusterSums {
    var sum = left
    sum.clusters += right.clusters
    sum.pairs += right.pairs
    sum.squaredSizes += right.squaredSizes
    sum.total += right.total
    sum.squaredTotals += right.squaredTotals
    sum.sizedTotals += right.sizedTotals
    return sum
  }

  package static func += (left: inout ClusterSums, right: ClusterSums) {
    left = left + right
  }

  /// N²/Σm²: how many equal clusters these are worth; nil without pairs.
  package var effectiveClusters: Double? {
    pairs > 0 ? Double(pairs) / sizeBias : nil
  }

  /// Σm²/N: the size of the cluster that a pair chosen at random belongs to.
  var sizeBias: Double { Double(squaredSizes) / Double(pairs) }

  /// The mean difference over all pairs; nil without any.
  package var mean: Double? { pairs > 0 ? spread.mean : nil }

  /// The clustered standard error of the mean, √(G/(G−1)·Σ(S − m·mean)²)/N; nil below two clusters.
  package var standardError: Double? {
    guard clusters > 1 else { return nil }
    let g = Double(clusters)
    return (g / (g - 1) * spread.squares).squareRoot() / Double(pairs)
  }

  /// Deviations of the clusters from the mean, with Σm² beside them.
  struct Spread {
    let mean: Double
    /// Σ(S − m·mean)².
    let squares: Double
    /// Σm(S − m·mean).
    let sized: Double
    let squaredSizes: Double
  }

  /// For at least one pair. The sums are first centred in whole numbers at the step nearest the mean, which cancels
  /// nothing; only the rest, below one step a pair, is done in floating point.
  var spread: Spread {
    let unit = Double(stepsPerUnit)
    let centre = Int128((Double(total) / Double(pairs)).rounded())
    let rest = Double(total - centre * Int128(pairs)) / Double(pairs)
    let squares = Double(squaredTotals - 2 * centre * sizedTotals + centre * centre * squaredSizes)
    let sized = Double(sizedTotals - centre * squaredSizes)
    let sizes = Double(squaredSizes)
    return Spread(
      mean: (Double(centre) + rest) / unit,
      squares: max(0, squares - 2 * rest * sized + rest * rest * sizes) / (unit * unit),
      sized: (sized - rest * sizes) / unit, squaredSizes: sizes)
  }
}

extension ClusterSums {
  /// Every difference a cluster of its own.
  package init(differences: [Double]) {
    self.init(differences: differences, clusters: Array(differences.indices))
  }

  /// Differences with the cluster each belongs to, in any order.
  package init(differences: [Double], clusters labels: [some Hashable]) {
    precondition(differences.count == labels.count, "each difference has a cluster")
    self.init()
    var byLabel = Dictionary(labels.map { ($0, ScoreCluster()) }, uniquingKeysWith: { first, _ in first })
    for (difference, label) in zip(differences, labels) { byLabel[label, default: ScoreCluster()].add(difference: difference) }
    for cluster in byLabel.values { add(cluster) }
  }
}
