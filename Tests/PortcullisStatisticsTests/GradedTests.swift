import PortcullisStatistics
import Testing

/// Clusters of one to eight pairs with scores on a grid of 1e-9, some pairs missing.
private func clusters(seed: UInt64, count: Int = 40) -> [ScoreCluster] {
  var generator = SplitMix64(seed: seed)
  return (0..<count).map { _ in
    var cluster = ScoreCluster()
    for _ in 0...generator.below(8) {
      if generator.below(10) == 0 {
        cluster.addMissing()
      } else {
        let unit = 1_000_000_000
        cluster.add(candidate: Double(generator.below(unit + 1)) / 1e9, production: Double(generator.below(unit + 1)) / 1e9)
      }
    }
    return cluster
  }
}

private func sums(_ clusters: [ScoreCluster]) -> (complete: ClusterSums, worst: ClusterSums) {
  var (complete, worst) = (ClusterSums(), ClusterSums())
  for cluster in clusters {
    complete.add(cluster)
    worst.addWorstCase(cluster)
  }
  return (complete, worst)
}

struct ClusterSumsTests {
  @Test(arguments: 0..<50 as Range<UInt64>)
  func neitherOrderNorShardsChangeABit(seed: UInt64) {
    let all = clusters(seed: seed)
    var generator = SplitMix64(seed: ~seed)
    let shuffled = all.shuffled(using: &generator)
    let cut = generator.below(all.count)
    let (first, second) = (sums(Array(shuffled[..<cut])), sums(Array(shuffled[cut...])))
    let whole = sums(all)
    #expect(second.complete + first.complete == whole.complete)
    #expect(first.worst + second.worst == whole.worst)
    #expect(augmentedBounds(second.worst + first.worst, alpha: 0.05) == augmentedBounds(whole.worst, alpha: 0.05))
  }

  @Test func partsOfAClusterAddUpToIt() {
    var (one, other, whole) = (ScoreCluster(), ScoreCluster(), ScoreCluster())
    one.add(difference: 0.1)
    other.add(candidate: 0.3, production: 0.1)
    other.addMissing()
    whole.addMissing()
    whole.add(difference: 0.2)
    whole.add(difference: 0.1)
    #expect(one + other == whole)
    #expect(other + one == whole)
  }

  @Test func aClusterWithoutPairsIsNone() {
    var lost = ScoreCluster()
    lost.addMissing()
    let both = sums([lost])
    #expect(both.complete == ClusterSums())
    #expect(both.worst.clusters == 1)
    #expect(both.worst.mean == -1)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func boundsEqualPlainArithmetic(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let differences = (0..<60).map { _ in Double(generator.below(2_001) - 1_000) / 1_000 }
    let labels = differences.map { _ in generator.below(25) }
    let bounds = try #require(augmentedBounds(ClusterSums(differences: differences, clusters: labels), alpha: 0.05))
    for (outcome, bound) in [(-1.0, bounds.limits.lower), (1.0, bounds.limits.upper)] {
      var totals: [Int: (sum: Double, size: Double)] = [:]
      for (difference, label) in zip(differences, labels) {
        let old = totals[label] ?? (0, 0)
        totals[label] = (old.sum + difference, old.size + 1)
      }
      var all = Array(totals.values)
      let added = all.reduce(0) { $0 + $1.size * $1.size } / Double(differences.count)
      all.append((outcome * added, added))
      let (size, g) = (all.reduce(0) { $0 + $1.size }, Double(all.count))
      let mean = all.reduce(0) { $0 + $1.sum } / size
      let squares = all.reduce(0) { $0 + ($1.sum - $1.size * mean) * ($1.sum - $1.size * mean) }
      let reach = studentQuantile(0.95, degrees: g - 1) * (g / (g - 1) * squares).squareRoot() / size
      #expect(agrees(bound, max(-1, min(1, mean + (outcome < 0 ? -reach : reach)))))
    }
  }

  @Test func aMillionEqualDifferencesHaveNoSpreadAtAll() throws {
    var total = ClusterSums()
    var cluster = ScoreCluster()
    cluster.add(difference: 0.123456789)
    for _ in 0..<1_000 { total.add(cluster) }
    for _ in 0..<3 { for _ in 0..<9 { total += total } }
    let error = try #require(total.standardError)
    #expect(total.pairs > 1_000_000)
    #expect(error == 0)
    #expect(total.mean == 0.123456789)
  }
}

struct AugmentedBoundsTests {
  // reference/statistics.md §5: 40 clusters of 5 with one improved cluster; and the least n of all-equal data, about 2.65/δ.
  @Test func boundsEqualTheWorkedExamples() {
    func lower(gain: Double) -> Double? {
      let differences = [gain / 5] + [Double](repeating: 0, count: 199)
      let labels = (0..<200).map { $0 / 5 }
      var spread = differences
      spread.replaceSubrange(0..<5, with: [Double](repeating: gain / 5, count: 5))
      return augmentedBounds(ClusterSums(differences: spread, clusters: labels), alpha: 0.05)?.limits.lower
    }
    #expect(agrees(lower(gain: 5), -0.0588, decimals: 4))
    #expect(agrees(lower(gain: 4), -0.0581, decimals: 4))
    #expect(verdict(equal: 87) == .inconclusive)
    #expect(verdict(equal: 88) == .pass)
  }

  private func verdict(equal count: Int) -> ThreeWay {
    let sums = ClusterSums(differences: [Double](repeating: 0, count: count))
    return gradedNonInferiority(complete: sums, worstCase: sums, margin: 0.03, alpha: 0.05).verdict
  }

  @Test func oneClusterCannotPassHoweverManyPairsItHas() {
    let sums = ClusterSums(differences: [Double](repeating: 0.5, count: 500), clusters: [String](repeating: "all", count: 500))
    let bounds = augmentedBounds(sums, alpha: 0.05)
    #expect(bounds?.limits == Interval(lower: -1, upper: 1))
    #expect(bounds?.effectiveClusters == 1)
    #expect(augmentedBounds(ClusterSums(), alpha: 0.05) == nil)
  }

  @Test func theRangeScalesTheBounds() throws {
    let differences = [0.1, -0.2, 0.3, 0, 0, 0.05]
    let unit = try #require(augmentedBounds(ClusterSums(differences: differences), alpha: 0.05))
    let four = try #require(augmentedBounds(ClusterSums(differences: differences.map { 4 * $0 }), range: 4, alpha: 0.05))
    #expect(agrees(four.limits.lower, 4 * unit.limits.lower))
    #expect(agrees(four.limits.upper, 4 * unit.limits.upper))
  }

  @Test func exchangingTheArmsMirrorsTheBounds() throws {
    let differences = [0.4, -0.1, 0, 0.25, 0.003, -0.7]
    let one = try #require(augmentedBounds(ClusterSums(differences: differences), alpha: 0.025))
    let other = try #require(augmentedBounds(ClusterSums(differences: differences.map { -$0 }), alpha: 0.025))
    #expect(one.limits.lower == -other.limits.upper)
    #expect(one.limits.upper == -other.limits.lower)
  }

  @Test func missingPairsBlockAPassAndNeverMakeAFail() {
    var tallies = [ScoreCluster](repeating: ScoreCluster(), count: 200)
    for index in tallies.indices { tallies[index].add(candidate: 0.8, production: 0.8) }
    let whole = sums(tallies)
    #expect(gradedNonInferiority(complete: whole.complete, worstCase: whole.worst, margin: 0.05, alpha: 0.05).verdict == .pass)
    for index in 0..<40 { tallies[index].addMissing() }
    let holed = sums(tallies)
    let result = gradedNonInferiority(complete: holed.complete, worstCase: holed.worst, margin: 0.05, alpha: 0.05)
    #expect(result.verdictOfCompletePairs == .pass)
    #expect(result.verdict == .inconclusive)
    #expect(gradedNonInferiority(complete: ClusterSums(), worstCase: whole.worst, margin: 0.05, alpha: 0.05).verdict == .inconclusive)
  }

  @Test func superiorityOfGradesTakesABoundAboveZero() {
    let better = ClusterSums(differences: [Double](repeating: 0.2, count: 100))
    let same = ClusterSums(differences: [Double](repeating: 0, count: 100))
    let worse = ClusterSums(differences: [Double](repeating: -0.2, count: 100))
    #expect(gradedSuperiority(complete: better, worstCase: better, alpha: 0.05).verdict == .pass)
    #expect(gradedSuperiority(complete: better, worstCase: same, alpha: 0.05).verdict == .inconclusive)
    #expect(gradedSuperiority(complete: same, worstCase: same, alpha: 0.05).verdict == .inconclusive)
    #expect(gradedSuperiority(complete: worse, worstCase: worse, alpha: 0.05).verdict == .fail)
  }

  // Worked by hand: cluster totals 1, 0, 2 of sizes 2, 1, 3; mean ½; deviations 0, −½, ½; leave-one-out means ½, 0.6, ⅓.
  @Test func theClusteredMeanHasBothPlainErrors() throws {
    let mean = try #require(clusterMean([1, 0, 0, 1, 1, 0], clusters: ["a", "a", "b", "c", "c", "c"]))
    #expect(mean.mean == 0.5)
    #expect(agrees(mean.standardError, (1.5 * 0.5).squareRoot() / 6))
    #expect(agrees(mean.effectiveClusters, 36.0 / 14))
    let left = [0.5, 0.6, 1.0 / 3]
    let centre = left.reduce(0, +) / 3
    #expect(agrees(mean.jackknifeError, (2.0 / 3 * left.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }).squareRoot()))
    let alone = try #require(clusterMean([0.2, 0.4], clusters: [1, 1]))
    #expect(alone.standardError == nil)
    #expect(alone.jackknifeError == nil)
    #expect(clusterMean([], clusters: [Int]()) == nil)
  }
}
