import PortcullisStatistics

/// How many cases margins need: the table of statistics.md §12 for what is to be compared.
package struct SizeTable: Sendable, Hashable {
  /// What is compared, and what is assumed of it.
  package enum Question: Sendable, Hashable {
    /// Passes and fails, one trial a case; a column for each share of cases in which the arms differ.
    case passRate(discordances: [Double])
    /// Cases that share sources, with the mean size of such a cluster, the coefficient of variation of the sizes, and how much alike the
    /// differences within one are.
    case clustered(discordances: [Double], size: Double, variation: Double, icc: Double)
    /// Grades; the variance of a case's difference.
    case graded(variance: Double)
    /// Grades or repeated passes: the variance between cases of the true difference, that of one trial within a case (the same in both
    /// arms), and a column for each number of trials.
    case repeated(variance: Double, noise: Double, trials: [Int])
    /// Arms that see different requests; a column for each pass rate, and production's requests for one of the candidate's.
    case unpaired(rates: [Double], ratio: Double)
  }

  package struct Cell: Sendable, Hashable {
    /// What the column stands for: a discordance, a variance, a number of trials, a rate.
    package let column: Double
    /// Cases (unpaired: requests of the candidate); nil where no number of them would do.
    package let cases: Int?
    /// By the formula that the gate's own bound asks more than; nil where it is the same.
    package let byFormula: Int?
    /// What models of the assumed difference end with on so many cases; nil where that is not summed.
    package let chances: PairedChances?
  }

  package struct Row: Sendable, Hashable {
    package let margin: Double
    /// Cases without which nothing passes, even if no case differs.
    package let least: Int
    package let cells: [Cell]
  }

  package let rows: [Row]

  /// - Parameters:
  ///   - margins: Each above 0 and below 1.
  ///   - difference: True candidate − production that is assumed; for pass rates no larger than each discordance.
  ///   - power: Between a half and 1.
  package init(_ question: Question, margins: [Double], difference: Double = 0, alpha: Double, wrongFail: Double, power: Double) {
    let reckoning = Reckoning(question: question, difference: difference, alpha: alpha, wrongFail: wrongFail, power: power)
    rows = margins.map(reckoning.row)
  }
}

private struct Reckoning {
  let question: SizeTable.Question
  let difference: Double
  let alpha: Double
  let wrongFail: Double
  let power: Double

  func row(_ margin: Double) -> SizeTable.Row {
    switch question {
    case .passRate(let discordances):
      let least = leastCasesToPass(margin: margin, alpha: alpha)
      return SizeTable.Row(margin: margin, least: least, cells: discordances.map { passRate($0, margin: margin, least: least) })
    case .clustered(let discordances, let size, let variation, let icc):
      let effect = designEffect(meanSize: size, sizeVariation: variation, correlation: icc)
      // A pair chosen at random belongs to a larger cluster than the mean one.
      let biased = (variation * variation + 1) * size
      let least = whole(Double(leastUnitsToPass(margin: margin, alpha: alpha)) * biased) ?? .max
      let cells = discordances.map { discordance in
        let independent = casesNeeded(
          discordance: discordance, margin: margin, trueDifference: difference, alpha: alpha, power: power)
        return SizeTable.Cell(
          column: discordance, cases: grouped(variance: (discordance - difference * difference) * effect / biased, margin, size: biased),
          byFormula: independent.flatMap { whole(Double($0) * effect) }, chances: nil)
      }
      return SizeTable.Row(margin: margin, least: least, cells: cells)
    case .graded(let variance):
      return SizeTable.Row(
        margin: margin, least: leastUnitsToPass(margin: margin, alpha: alpha),
        cells: [repeated(variance: variance, noise: 0, trials: 1, margin, column: variance)])
    case .repeated(let variance, let noise, let trials):
      return SizeTable.Row(
        margin: margin, least: leastUnitsToPass(margin: margin, alpha: alpha),
        cells: trials.map { repeated(variance: variance, noise: noise, trials: $0, margin, column: Double($0)) })
    case .unpaired(let rates, let ratio):
      let cells = rates.map { rate in
        SizeTable.Cell(
          column: rate,
          cases: room(margin) > 0
            ? requestsNeededUnpaired(
              candidateRate: min(1, max(0, rate + difference)), productionRate: rate, ratio: ratio, margin: room(margin), alpha: alpha,
              power: power)?.candidate
            : nil, byFormula: nil, chances: nil)
      }
      return SizeTable.Row(margin: margin, least: 1, cells: cells)
    }
  }

  /// What is left of the margin beyond the loss assumed.
  private func room(_ margin: Double) -> Double { margin + difference }

  private func passRate(_ discordance: Double, margin: Double, least: Int) -> SizeTable.Cell {
    let formula = casesNeeded(discordance: discordance, margin: margin, trueDifference: difference, alpha: alpha, power: power)
    let cases = formula.map { max($0, least) }
    let chances = cases.flatMap { cases in
      Double(cases) * discordance > 20_000
        ? nil
        : PairedChances(
          count: cases, discordance: discordance, difference: difference, margin: margin, wrongPass: alpha, wrongFail: wrongFail)
    }
    return SizeTable.Cell(column: discordance, cases: cases, byFormula: formula == cases ? nil : formula, chances: chances)
  }

  private func repeated(variance: Double, noise: Double, trials: Int, _ margin: Double, column: Double) -> SizeTable.Cell {
    let formula =
      room(margin) > 0
      ? casesNeededRepeated(
        caseVariance: variance, candidateNoise: noise, candidateTrials: trials, productionNoise: noise, productionTrials: trials,
        margin: room(margin), alpha: alpha, power: power) : nil
    return SizeTable.Cell(
      column: column, cases: grouped(variance: variance + 2 * noise / Double(trials), margin, size: 1), byFormula: formula, chances: nil)
  }

  /// Cases for the bound of §5, whose units have `size` cases each and a mean difference of this variance.
  private func grouped(variance: Double, _ margin: Double, size: Double) -> Int? {
    guard room(margin) > 0 else { return nil }
    let units = casesNeededGraded(variance: max(0, variance), margin: min(room(margin), 1), alpha: alpha, power: power)
    return units.flatMap { whole(Double(max($0, leastUnitsToPass(margin: margin, alpha: alpha))) * size) }
  }
}

/// The least whole number not below; nil beyond what a double counts exactly.
private func whole(_ value: Double) -> Int? { value < 9_007_199_254_740_992 ? Int((value - 1e-9).rounded(.up)) : nil }
