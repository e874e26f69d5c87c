import PortcullisStatistics
import Testing

struct QuantileTests {
  // By brute force over every rank with SciPy 1.17's binomial.
  @Test(arguments: [
    (20, 0.5, 6, 15), (1_000, 0.99, 985, 996), (1_000_000, 0.95, 949_641, 950_359), (58, 0.95, 52, 59), (59, 0.95, 53, 59),
  ])
  func ranksEqualAFullSearch(count: Int, quantile: Double, lower: Int, upper: Int) {
    let ranks = quantileRanks(count: count, quantile: quantile, alpha: 0.05)
    #expect(ranks.lower == lower)
    #expect(ranks.upper == upper)
  }

  @Test func anUpperLimitExistsFromTheLeastCountOn() {
    // reference/statistics.md §7.
    #expect(minimumCount(quantile: 0.99, alpha: 0.05) == 299)
    #expect(minimumCount(quantile: 0.95, alpha: 0.05) == 59)
    for quantile in [0.5, 0.9, 0.95, 0.99] {
      let least = minimumCount(quantile: quantile, alpha: 0.05)
      #expect(quantileRanks(count: least, quantile: quantile, alpha: 0.05).upper == least)
      #expect(quantileRanks(count: least - 1, quantile: quantile, alpha: 0.05).upper == least)
      #expect(sloGate(exceeding: 0, of: least, quantile: quantile, alpha: 0.05).verdict == .pass)
      #expect(sloGate(exceeding: 0, of: least - 1, quantile: quantile, alpha: 0.05).verdict == .inconclusive)
    }
  }

  @Test func limitsAreValuesOfTheSampleOrInfinite() throws {
    let values = (1...100).map(Double.init)
    let limits = try #require(quantileLimits(sorted: values, quantile: 0.5, alpha: 0.05))
    #expect(limits.estimate == 50)
    #expect(limits.limits == Interval(lower: 42, upper: 59))
    let few = try #require(quantileLimits(sorted: [1, 2, .infinity], quantile: 0.5, alpha: 0.05))
    #expect(few.estimate == 2)
    #expect(few.limits == Interval(lower: -.infinity, upper: .infinity))
    #expect(quantileLimits(sorted: [], quantile: 0.95, alpha: 0.05) == nil)
  }

  @Test func anObjectiveIsJudgedByItsCountersAlone() {
    #expect(sloGate(exceeding: 0, of: 0, quantile: 0.95, alpha: 0.05).verdict == .inconclusive)
    #expect(sloGate(exceeding: 10, of: 20, quantile: 0.95, alpha: 0.05).verdict == .fail)
    #expect(sloGate(exceeding: 49_000, of: 1_000_000, quantile: 0.95, alpha: 0.05).verdict == .pass)
    #expect(sloGate(exceeding: 51_000, of: 1_000_000, quantile: 0.95, alpha: 0.05).verdict == .fail)
    #expect(sloGate(exceeding: 50_000, of: 1_000_000, quantile: 0.95, alpha: 0.05).verdict == .inconclusive)
  }

  private func gate(_ candidate: [Double], _ production: [Double], quantile: Double = 0.5) -> RatioGate {
    quantileRatioGate(
      candidate: quantileLimits(sorted: candidate, quantile: quantile, alpha: 0.05),
      production: quantileLimits(sorted: production, quantile: quantile, alpha: 0.05), margin: 0.2)
  }

  @Test func aQuantileIsComparedOnTheLogScale() {
    let production = (1...1_000).map { 1 + Double($0) / 100_000 }
    #expect(gate(production, production).verdict == .pass)
    #expect(gate(production.map { 1.3 * $0 }, production).verdict == .fail)
    #expect(gate(production.map { 1.2 * $0 }, production).verdict == .fail)
    #expect(gate(production.map { 1.15 * $0 }, production).verdict == .pass)
    #expect(agrees(gate(production.map { 3 * $0 }, production).ratio, 3))
  }

  @Test func infiniteAndZeroLatenciesNeverMakeAPass() {
    let fine = [Double](repeating: 1, count: 50)
    let lost = [Double](repeating: .infinity, count: 50)
    let none = [Double](repeating: 0, count: 50)
    #expect(gate(lost, fine).verdict == .fail)
    #expect(gate(lost, fine).limits == Interval(lower: .infinity, upper: .infinity))
    #expect(gate(fine, lost).verdict == .inconclusive)
    #expect(gate(lost, lost).verdict == .inconclusive)
    #expect(gate(none, fine).verdict == .inconclusive)
    #expect(gate(fine, none).verdict == .inconclusive)
    #expect(gate([], fine).verdict == .inconclusive)
    #expect(gate([1, 1], [1, 1], quantile: 0.95).limits == Interval(lower: 0, upper: .infinity))
  }
}

private let candidateCosts: [Double] = [12, 30, 7, 55, 21, 8, 90, 33]
private let productionCosts: [Double] = [10, 28, 9, 50, 25, 8, 80, 30]

private func repeated(_ values: [Double], _ times: Int) -> [Double] {
  (0..<times).flatMap { _ in values }
}

struct CostTests {
  // The formulas of reference/statistics.md §8 written out in NumPy and SciPy 1.17.
  @Test func ratiosEqualTheFormulasWrittenOut() {
    let sums = CostSums(
      candidate: repeated(candidateCosts, 5), production: repeated(productionCosts, 5), clusters: Array(0..<40))
    let paired = costRatioPaired(sums, margin: 0.2, alpha: 0.05)
    #expect(agrees(paired.ratio, 1.0666666666666667))
    #expect(agrees(paired.logError, 0.014427972815771786))
    #expect(agrees(paired.limits?.lower, 1.0410493435812094))
    #expect(agrees(paired.limits?.upper, 1.0929143606813319))
    #expect(paired.verdict == .pass)
    let unpaired = costRatioUnpaired(
      candidate: ArmCosts(repeated(candidateCosts, 5)), production: ArmCosts(repeated(productionCosts, 4)), margin: 0.2, alpha: 0.05)
    #expect(agrees(unpaired.logError, 0.19144133518390827))
    #expect(agrees(unpaired.limits?.lower, 0.771010059299849))
    #expect(agrees(unpaired.limits?.upper, 1.4756977085499883))
  }

  @Test func aPassTakesThirtyClustersAndAFailDoesNot() {
    func verdict(_ factor: Double, _ count: Int) -> ThreeWay {
      let production = (0..<count).map { 100 + Double($0) }
      let sums = CostSums(candidate: production.map { factor * $0 }, production: production, clusters: Array(0..<count))
      return costRatioPaired(sums, margin: 0.2, alpha: 0.05).verdict
    }
    #expect(verdict(1, 30) == .pass)
    #expect(verdict(1, 29) == .inconclusive)
    #expect(verdict(2, 29) == .fail)
    #expect(verdict(2, 1) == .inconclusive)
  }

  @Test func withoutCostOrSuccessThereIsNoRatio() {
    let free = CostSums(candidate: [0, 0], production: [1, 1], clusters: [0, 1])
    #expect(costRatioPaired(free, margin: 0.2, alpha: 0.05).ratio == nil)
    let hopeless = CostSums(
      candidate: [1, 1], production: [1, 1], candidateSucceeded: [false, false], productionSucceeded: [true, true], clusters: [0, 1])
    #expect(costPerSuccessPaired(hopeless, margin: 0.2, alpha: 0.05).ratio == nil)
    #expect(costRatioPaired(hopeless, margin: 0.2, alpha: 0.05).ratio == 1)
    #expect(costRatioPaired(CostSums(), margin: 0.2, alpha: 0.05).verdict == .inconclusive)
    #expect(costRatioUnpaired(candidate: ArmCosts([1]), production: ArmCosts([1, 2]), margin: 0.2, alpha: 0.05).ratio == nil)
  }

  @Test func successMakesACandidateCheaper() {
    let costs = (0..<60).map { 100 + Double($0 % 7) }
    let sums = CostSums(
      candidate: costs, production: costs, candidateSucceeded: (0..<60).map { _ in true },
      productionSucceeded: (0..<60).map { $0 % 2 == 0 }, clusters: Array(0..<60))
    let gate = costPerSuccessPaired(sums, margin: 0.2, alpha: 0.05)
    #expect(agrees(gate.ratio, 0.5))
    #expect(gate.verdict == .pass)
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func neitherOrderNorShardsChangeABit(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let clusters = (0..<50).map { _ in
      var cluster = CostCluster()
      for _ in 0...generator.below(3) {
        cluster.add(
          candidateCost: generator.below(1_000_000), productionCost: generator.below(1_000_000),
          candidateSucceeded: generator.below(2) == 0, productionSucceeded: generator.below(2) == 0)
      }
      return cluster
    }
    func sums(_ clusters: some Sequence<CostCluster>) -> CostSums {
      clusters.reduce(into: CostSums()) { $0.add($1) }
    }
    let shuffled = clusters.shuffled(using: &generator)
    let cut = generator.below(50)
    let merged = sums(shuffled[cut...]) + sums(shuffled[..<cut])
    #expect(merged == sums(clusters))
    #expect(
      costPerSuccessPaired(merged, margin: 0.2, alpha: 0.05) == costPerSuccessPaired(sums(clusters), margin: 0.2, alpha: 0.05))
  }

  @Test func equalCostsHaveNoSpread() {
    let costs = [Double](repeating: 0.0123, count: 1_000)
    let gate = costRatioUnpaired(candidate: ArmCosts(costs), production: ArmCosts(costs), margin: 0.2, alpha: 0.05)
    #expect(gate.limits == Interval(lower: 1, upper: 1))
    let paired = costRatioPaired(CostSums(candidate: costs, production: costs, clusters: Array(0..<1_000)), margin: 0.2, alpha: 0.05)
    #expect(paired.limits == Interval(lower: 1, upper: 1))
  }
}
