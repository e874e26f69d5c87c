import PortcullisStatistics

/// A share of the candidate's answers against a limit, without production: one betting process for each side.
///
/// Valid where the chance of a bad answer, given all before it, keeps to the limit; correlated requests therefore come as the mean of
/// their session.
///
/// Source: reference/statistics.md §9, "Absolute limits".
struct LimitWatch: Sendable, Hashable {
  let limit: Double
  let alphaRollback: Double
  let alphaPromote: Double
  private let starts: Int
  private var above: BettingProcess
  private var below: BettingProcess
  /// Units, and the sums of their shares and of the squares of these.
  private(set) var units = 0
  private(set) var sum = 0.0
  private(set) var squares = 0.0
  private(set) var hasFired = false

  /// - Parameters:
  ///   - limit: Of the share of bad answers; strictly inside 0…1.
  ///   - starts: Fresh starts of the rollback side, at the whole hours.
  init(limit: Double, alphaRollback: Double, alphaPromote: Double, starts: Int) {
    self.limit = limit
    self.alphaRollback = alphaRollback
    self.alphaPromote = alphaPromote
    self.starts = starts
    above = BettingProcess(BettingProcess.Plan(.above, null: limit, in: 0...1, startWeight: 0.7, freshStarts: starts))
    below = BettingProcess(BettingProcess.Plan(.below, null: limit, in: 0...1))
  }

  var logEPromote: Double { below.logE }
  var logERollback: Double { above.logE }
  var isProven: Bool { below.logE >= logEvidenceNeeded(alpha: alphaPromote) }
  var mean: Double? { units > 0 ? sum / Double(units) : nil }

  /// The share of bad answers to draw beside the verdict.
  func drawnInterval(alpha: Double) -> Interval? {
    guard let mean else { return nil }
    let variance = max(0, squares / Double(units) - mean * mean)
    let drawn = asymptoticInterval(
      count: Double(units), mean: mean, variance: variance, alpha: alpha, rho2: rho2(sharpestAt: 1000, alpha: alpha))
    return drawn.map { Interval(lower: max(0, $0.lower), upper: min(1, $0.upper)) }
  }

  /// The next unit of the candidate, by its share of good answers.
  mutating func feed(_ unit: UnitSum, at time: Double) {
    let due = min(starts, Int(time.rounded(.down))) - (starts - above.state.freshStartsLeft)
    if due > 0 { above.freshStart(count: due) }
    below.add(1 - unit.worst(.candidate))
    guard let good = unit.observed else { return }
    let bad = 1 - good
    units += 1
    sum += bad
    squares += bad * bad
    guard !hasFired else { return }
    above.add(bad)
    hasFired = above.logE >= logEvidenceNeeded(alpha: alphaRollback)
  }

  var stored: [Double] {
    above.state.stored + below.state.stored + [Double(units), sum, squares, hasFired ? 1 : 0]
  }

  /// Takes up stored numbers; false where they are none of this watch.
  mutating func restore(_ numbers: ArraySlice<Double>) -> Bool {
    let numbers = Array(numbers)
    guard numbers.count == 18,
      let above = BettingProcess.State(stored: numbers[0..<7]).flatMap({ BettingProcess(self.above.plan, state: $0) }),
      let below = BettingProcess.State(stored: numbers[7..<14]).flatMap({ BettingProcess(self.below.plan, state: $0) }),
      let units = Int(exactly: numbers[14]), units >= 0, (0...Double(units)).contains(numbers[15]),
      (0...Double(units)).contains(numbers[16])
    else { return false }
    (self.above, self.below, self.units, sum, squares) = (above, below, units, numbers[15], numbers[16])
    hasFired = numbers[17] == 1
    return numbers[17] == 0 || numbers[17] == 1
  }
}
