/// Scores of the same run by people and by a judge on a random subset, and by the judge alone on the rest, in whole numbers.
///
/// Either scores of one arm, usually in 0...1, or differences candidate − production in −1...1. Sums add up exactly, in any
/// order and partition: up to 1e9 values of that size, 1e6 values of up to 1000. The labelled ones must be a *random*
/// subset: nothing here can see whether they are.
package struct LabelledSums: Sendable, Hashable {
  /// Values with a human label (n).
  package private(set) var labelled = 0
  /// Values that only the judge saw (N).
  package private(set) var unlabelled = 0
  private var human: Int128 = 0
  private var humanSquares: Int128 = 0
  private var judge: Int128 = 0
  private var judgeSquares: Int128 = 0
  private var products: Int128 = 0
  private var unlabelledJudge: Int128 = 0
  private var unlabelledSquares: Int128 = 0
  private var largestSteps: Int128 = 0

  package init() {}

  /// The largest size of any value.
  package var largest: Double { Double(largestSteps) / Double(stepsPerUnit) }

  /// Adds a labelled value by both, each of size at most 1000 and rounded to 1e-9.
  package mutating func add(human humanValue: Double, judge judgeValue: Double) {
    let (h, j) = (exactSteps(humanValue), exactSteps(judgeValue))
    largestSteps = max(largestSteps, abs(h), abs(j))
    labelled += 1
    human += h
    humanSquares += h * h
    judge += j
    judgeSquares += j * j
    products += h * j
  }

  /// Adds a value without a label, of size at most 1000 and rounded to 1e-9.
  package mutating func add(judge judgeValue: Double) {
    let j = exactSteps(judgeValue)
    largestSteps = max(largestSteps, abs(j))
    unlabelled += 1
    unlabelledJudge += j
    unlabelledSquares += j * j
  }

  package static func + (left: LabelledSums, right: LabelledSums) -> LabelledSums {
    var sum = left
    sum.labelled += right.labelled
    sum.unlabelled += right.unlabelled
    sum.human += right.human
    sum.humanSquares += right.humanSquares
    sum.judge += right.judge
    sum.judgeSquares += right.judgeSquares
    sum.products += right.products
    sum.unlabelledJudge += right.unlabelledJudge
    sum.unlabelledSquares += right.unlabelledSquares
    sum.largestSteps = max(left.largestSteps, right.largestSteps)
    return sum
  }

  package static func += (left: inout LabelledSums, right: LabelledSums) {
    left = left + right
  }

  /// How far the judge is relied upon (λ), in 0...1: 0 where it never varies or does not follow people.
  ///
  /// Nil below two labelled or two unlabelled values. Source: A. N. Angelopoulos, J. C. Duchi, T. Zrnic, PPI++, 2023,
  /// arXiv:2311.01453.
  package var judgeWeight: Double? {
    guard labelled > 1, unlabelled > 1 else { return nil }
    let all = labelled + unlabelled
    let spread = squaredDeviations(all, judge + unlabelledJudge, judgeSquares + unlabelledSquares)
    guard spread > 0 else { return 0 }
    let covariance = squaredDeviations(labelled, human, judge, products) / Double(labelled)
    let inflation = 1 + Double(labelled) / Double(unlabelled)
    return max(0, min(1, covariance / (inflation * spread / Double(all - 1))))
  }

  /// What correcting the judge by the labels needs, at one weight of the judge.
  struct Correction {
    /// Mean of the judge's unlabelled values, times the weight.
    let judgeMean: Double
    /// Σ(value − mean)² of the judge's unlabelled values, times the squared weight.
    let judgeSquares: Double
    /// Mean of human − weight·judge.
    let rectifierMean: Double
    /// Σ(rectifier − mean)².
    let rectifierSquares: Double
  }

  /// For at least one labelled and one unlabelled value.
  func correction(weight: Double) -> Correction {
    let unit = Double(stepsPerUnit)
    let judgeSpread = squaredDeviations(unlabelled, unlabelledJudge, unlabelledSquares)
    let rectified =
      squaredDeviations(labelled, human, humanSquares) - 2 * weight * squaredDeviations(labelled, human, judge, products)
      + weight * weight * squaredDeviations(labelled, judge, judgeSquares)
    return Correction(
      judgeMean: weight * Double(unlabelledJudge) / Double(unlabelled) / unit,
      judgeSquares: weight * weight * judgeSpread / (unit * unit),
      rectifierMean: (Double(human) - weight * Double(judge)) / Double(labelled) / unit,
      rectifierSquares: max(0, rectified) / (unit * unit))
  }
}

extension LabelledSums {
  /// - Parameters:
  ///   - human: People's values, one for each of `judge`; all values of size at most 1000.
  ///   - judge: The judge's values of the same answers or pairs, in the same order.
  ///   - unlabelled: The judge's values of the rest.
  package init(human: [Double], judge: [Double], unlabelled: [Double]) {
    precondition(human.count == judge.count, "each labelled value has one by people and one by the judge")
    self.init()
    for (one, other) in zip(human, judge) { add(human: one, judge: other) }
    for value in unlabelled { add(judge: value) }
  }
}

private func exactSteps(_ value: Double) -> Int128 {
  precondition(abs(value) <= 1000, "a score or difference is at most 1000 in size")
  return Int128(steps(value))
}

/// Σ(x − x̄)(y − ȳ), the products multiplied out in whole numbers so that nothing cancels.
private func squaredDeviations(_ count: Int, _ x: Int128, _ y: Int128, _ products: Int128) -> Double {
  Double(Int128(count) * products - x * y) / Double(count)
}

private func squaredDeviations(_ count: Int, _ total: Int128, _ squares: Int128) -> Double {
  squaredDeviations(count, total, total, squares)
}
