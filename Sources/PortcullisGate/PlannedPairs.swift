import PortcullisStatistics

/// Pairs that are planned, as a comparison would weigh them: by the exact chances of §4 where each case stands for itself, else by a normal
/// approximation of §5 over whole clusters.
struct PlannedPairs {
  /// Pairs, at least 1.
  let cases: Int
  /// Independent units: cases, or clusters of them.
  let units: Int
  /// The size of the cluster that a pair chosen at random belongs to: 1 without clusters.
  let clusterSize: Double
  let isPlain: Bool
  let outlook: PairOutlook

  /// nil without a pair.
  init?(_ pairs: PairEvidence, _ outlook: PairOutlook) {
    let sums = pairs.complete()
    guard let effective = sums.effectiveClusters else { return nil }
    self.init(cases: sums.pairs, units: sums.clusters, clusterSize: Double(sums.pairs) / effective, isPlain: pairs.isPlain, outlook)
  }

  init(cases: Int, units: Int, clusterSize: Double, isPlain: Bool, _ outlook: PairOutlook) {
    self.cases = cases
    self.units = units
    self.clusterSize = clusterSize
    self.isPlain = isPlain
    self.outlook = outlook
  }

  /// Of models whose true difference is `difference`.
  func chances(margin: Double, wrongPass: Double, wrongFail: Double, difference: Double = 0) -> PairedChances {
    if isPlain {
      return PairedChances(
        count: cases, discordance: outlook.discordance, difference: difference, margin: margin, wrongPass: wrongPass, wrongFail: wrongFail)
    }
    let bound = difference * (1 - pull) + margin - reach(wrongPass)
    let worst = max(margin, reach(wrongFail) / (1 - pull))
    let pass = share(below: bound / (1 - pull))
    return PairedChances(pass: pass, fail: min(1 - pass, share(below: -worst - difference)))
  }

  /// Half the width of the interval around no difference.
  func halfWidth(alpha: Double) -> Double {
    guard isPlain else { return min(1, reach(alpha)) }
    // Tables are whole: of two neighbours the one with more differing cases.
    let differing = min(cases, leastEven(Double(cases) * outlook.discordance))
    let table = PairTable(
      both: cases - differing, productionOnly: differing / 2, candidateOnly: differing - differing / 2, neither: 0)
    guard let limits = tangoLimits(table, alpha: alpha) else { return 1 }
    return (limits.upper - limits.lower) / 2
  }

  /// The least loss that equal models exclude with this power; 1 where there is none.
  func detectable(power: Double, alpha: Double) -> Double {
    guard isPlain else { return min(1, reach(alpha) + normalQuantile(power) * (1 - pull) * standardError) }
    let formula = detectableMargin(discordance: outlook.discordance, count: cases, alpha: alpha, power: power) ?? 1
    // So large that the formula is exact to the digits shown, and the sum over all tables slow.
    if Double(cases) * outlook.discordance > 3000 { return formula }
    var (low, high) = (0.0, 1.0)
    while high - low > 1e-5 {
      let middle = (low + high) / 2
      let chance = PairedChances.pass(count: cases, discordance: outlook.discordance, margin: middle, wrongPass: alpha)
      if chance >= power { high = middle } else { low = middle }
    }
    return high
  }

  /// Pairs of the same kind and clustering with which equal models pass; nil where no number of them would do.
  func casesNeeded(margin: Double, power: Double, alpha: Double) -> Int? {
    if isPlain {
      let formula = PortcullisStatistics.casesNeeded(discordance: outlook.discordance, margin: margin, alpha: alpha, power: power)
      return formula.map { exactCases(from: max($0, leastCasesToPass(margin: margin, alpha: alpha)), margin, power, alpha) }
    }
    return casesNeededGraded(variance: unitVariance, margin: margin, alpha: alpha, power: power).flatMap { units in
      let cases = (Double(max(units, leastUnitsToPass(margin: margin, alpha: alpha))) * clusterSize).rounded(.up)
      return cases < 1e15 ? Int(cases) : nil
    }
  }

  /// The formula promises a little too much in small suites: the first number of cases from there on, to 2 %, whose chance over all tables
  /// is the power.
  private func exactCases(from formula: Int, _ margin: Double, _ power: Double, _ alpha: Double) -> Int {
    var cases = formula
    while Double(cases) * outlook.discordance <= 3000,
      PairedChances.pass(count: cases, discordance: outlook.discordance, margin: margin, wrongPass: alpha) < power
    {
      cases += 1 + cases / 50
    }
    return cases
  }

  /// What clusters multiply the variance by.
  private var designEffect: Double { 1 + (clusterSize - 1) * outlook.icc }
  /// Of the mean difference of one unit, were all of equal size.
  private var unitVariance: Double { outlook.variance * designEffect / clusterSize }
  private var standardError: Double { (outlook.variance * designEffect / Double(cases)).squareRoot() }
  /// The weight of the pseudo-cluster of §5 among all pairs.
  private var pull: Double { clusterSize / (Double(cases) + clusterSize) }

  /// How far below no difference the bound of §5 lies.
  private func reach(_ alpha: Double) -> Double {
    let (n, g) = (Double(cases), Double(units))
    let squares =
      outlook.variance * designEffect * n * (g - 1) / g + pull * pull * clusterSize * n + clusterSize * clusterSize * (1 - pull)
      * (1 - pull)
    let error = ((g + 1) / g * squares).squareRoot() / (n + clusterSize)
    return pull + studentQuantile(1 - alpha, degrees: g) * error
  }

  /// P(the mean difference of equal models lies below `value`); nothing is certain by an approximation.
  private func share(below value: Double) -> Double {
    standardError > 0 ? min(1 - 1e-12, max(1e-12, normalCDF(value / standardError))) : value > 0 ? 1 : 0
  }
}

private func leastEven(_ value: Double) -> Int {
  let whole = Int(value.rounded(.up))
  return whole + whole % 2
}
