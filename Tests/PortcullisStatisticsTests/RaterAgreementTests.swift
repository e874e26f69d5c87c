import PortcullisStatistics
import Testing

/// J. L. Fleiss, Statistical Methods for Rates and Proportions, table 13.1: two raters' diagnoses of 100 patients.
private let diagnoses = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]

struct CohenKappaTests {
  // κ = 0.68 is Fleiss's; the errors and weighted values by the delta method with numeric derivatives in mpmath, 40 digits.
  @Test(arguments: [
    (KappaWeights.unweighted, 0.6764705882352941, 0.08770295347521248), (.linear, 0.7222222222222222, 0.08430095392318859),
    (.quadratic, 0.7553191489361702, 0.08670713249380711),
  ])
  func agreementAndErrorEqualTheDeltaMethod(weights: KappaWeights, kappa: Double, error: Double) throws {
    let result = try #require(cohenKappa(diagnoses, weights: weights))
    #expect(agrees(result.kappa, kappa))
    #expect(agrees(result.standardError, error))
  }

  @Test(arguments: KappaWeights.allCases)
  func perfectAgreementIsOneWithoutError(weights: KappaWeights) {
    for diagonal in [[1, 1, 1], [7, 3, 11], [3, 0, 5]] {
      let table = (0..<3).map { row in (0..<3).map { $0 == row ? diagonal[row] : 0 } }
      let result = cohenKappa(table, weights: weights)
      #expect(result?.kappa == 1)
      #expect(result?.standardError == 0)
    }
  }

  @Test(arguments: KappaWeights.allCases)
  func independentRatersAgreeByChanceOnly(weights: KappaWeights) throws {
    let shares = [2, 3, 5]
    let result = try #require(cohenKappa(shares.map { row in shares.map { $0 * row } }, weights: weights))
    #expect(abs(result.kappa) < 1e-12)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func exchangingTheRatersChangesNothing(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let table = (0..<4).map { _ in (0..<4).map { _ in generator.below(20) } }
    let turned = table.indices.map { column in table.map { $0[column] } }
    for weights in KappaWeights.allCases {
      let (one, other) = (try #require(cohenKappa(table, weights: weights)), try #require(cohenKappa(turned, weights: weights)))
      #expect(abs(one.kappa - other.kappa) < 1e-12)
      #expect(agrees(one.standardError, other.standardError))
    }
  }

  @Test func twoWordsAreOneScaleWhateverTheWeights() {
    let tables = KappaWeights.allCases.map { cohenKappa([[20, 5], [10, 15]], weights: $0) }
    // J. Cohen's own form: (0.7 − 0.5)/(1 − 0.5).
    for table in tables { #expect(agrees(table?.kappa, 0.4)) }
  }

  @Test func withoutRatingsOrWithOneWordThereIsNoAgreement() {
    for weights in KappaWeights.allCases {
      for table in [[], [[0]], [[30]], [[0, 0], [0, 0]], [[30, 0], [0, 0]], [[0, 0], [0, 3]]] {
        #expect(cohenKappa(table, weights: weights) == nil)
      }
    }
    #expect(cohenKappa([[0, 30], [0, 0]])?.kappa == 0)
  }
}

struct GwetAC1Tests {
  // K. L. Gwet, Kappa statistic is not satisfactory for assessing the extent of agreement, 2002: 118 both positive, 5 and
  // 2 apart, none both negative. κ is −0.023 although the raters agree on 94 %; AC1 is 0.941.
  @Test func manyPassesDoNotMakeItCollapse() {
    var units = [[String]](repeating: ["+", "+"], count: 118)
    units += [[String]](repeating: ["+", "-"], count: 5) + [[String]](repeating: ["-", "+"], count: 2)
    #expect(agrees(gwetAC1(units), 0.941, decimals: 3))
    #expect(agrees(cohenKappa([[118, 5], [2, 0]])?.kappa, -0.0234, decimals: 4))
  }

  // By hand, three raters with gaps: agreement (1 + ⅓)/2 over the full units; shares 1, ⅔ and 0 of "a" over three; chance
  // 2·(5/9)(4/9); (⅔ − 40/81)/(1 − 40/81) = 14/41.
  @Test func unitsWithOneRatingCountForTheSharesOnly() {
    #expect(agrees(gwetAC1([["a", "a", "a"], ["a", "a", "b"], ["b"], []]), 14.0 / 41))
  }

  @Test func withHalfTheWordsEachItEqualsKappa() {
    let table = [[20, 5], [5, 20]]
    var units: [[Int]] = []
    for row in 0..<2 { for column in 0..<2 { units += [[Int]](repeating: [row, column], count: table[row][column]) } }
    #expect(agrees(gwetAC1(units), cohenKappa(table)?.kappa ?? 0))
  }

  @Test func withoutTwoRatingsOrWithOneWordThereIsNoAgreement() {
    #expect(gwetAC1([[Int]]()) == nil)
    #expect(gwetAC1([[1], [0], []]) == nil)
    #expect(gwetAC1([[1, 1], [1, 1]]) == nil)
  }
}

struct KrippendorffAlphaTests {
  /// K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, C and D: four observers of twelve units.
  private let observed: [[Double]] = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5],
    [1, 1], [3],
  ]

  // The published values.
  @Test(arguments: [(MeasurementLevel.nominal, 0.743), (.ordinal, 0.815), (.interval, 0.849)])
  func reliabilityEqualsThePublishedOne(level: MeasurementLevel, alpha: Double) {
    #expect(agrees(krippendorffAlpha(observed, level: level), alpha, decimals: 3))
  }

  // The same paper, B: two observers of ten units, α = 0.095.
  @Test(arguments: MeasurementLevel.allCases)
  func withTwoValuesTheLevelDoesNotMatter(level: MeasurementLevel) {
    let pairs: [[Double]] = [[0, 1], [1, 1], [0, 1], [0, 0], [0, 0], [0, 1], [0, 0], [0, 0], [1, 0], [0, 0]]
    #expect(agrees(krippendorffAlpha(pairs, level: level), 0.095, decimals: 3))
  }

  /// The definition by the table of coincidences, as reference/statistics.md §11 writes it.
  private func byCoincidences(_ units: [[Double]], _ level: MeasurementLevel) -> Double {
    let pairable = units.filter { $0.count > 1 }
    let values = Set(pairable.joined()).sorted()
    var table = values.map { _ in values.map { _ in 0.0 } }
    for unit in pairable {
      for (place, one) in unit.enumerated() {
        for (otherPlace, other) in unit.enumerated() where otherPlace != place {
          guard let row = values.firstIndex(of: one), let column = values.firstIndex(of: other) else { continue }
          table[row][column] += 1 / Double(unit.count - 1)
        }
      }
    }
    let totals = table.map { $0.reduce(0, +) }
    func distance(_ c: Int, _ k: Int) -> Double {
      let (low, high) = (min(c, k), max(c, k))
      switch level {
      case .nominal: return c == k ? 0 : 1
      case .ordinal:
        let between = totals[low...high].reduce(0, +) - (totals[c] + totals[k]) / 2
        return between * between
      case .interval: return (values[c] - values[k]) * (values[c] - values[k])
      }
    }
    var (seen, chance) = (0.0, 0.0)
    for c in values.indices {
      for k in values.indices {
        seen += table[c][k] * distance(c, k)
        chance += totals[c] * totals[k] * distance(c, k)
      }
    }
    return 1 - (totals.reduce(0, +) - 1) * seen / chance
  }

  @Test(arguments: 0..<40 as Range<UInt64>, MeasurementLevel.allCases)
  func theShortFormEqualsTheTableOfCoincidences(seed: UInt64, level: MeasurementLevel) throws {
    var generator = SplitMix64(seed: seed)
    var units = (0..<25).map { _ in (0..<generator.below(5)).map { _ in Double(generator.below(6)) - 2 } }
    units += [[-2, 3]]
    let alpha = try #require(krippendorffAlpha(units, level: level))
    #expect(abs(alpha - byCoincidences(units, level)) < 1e-12)
  }

  @Test func equalRatingsOrNoPairsAreUndefined() {
    for level in MeasurementLevel.allCases {
      #expect(krippendorffAlpha([], level: level) == nil)
      #expect(krippendorffAlpha([[1], [2], []], level: level) == nil)
      #expect(krippendorffAlpha([[1, 1], [1, 1, 1], [2]], level: level) == nil)
      #expect(krippendorffAlpha([[1, 1], [2, 2]], level: level) == 1)
    }
  }
}
