import RealModule

/// Evidence, at any time, that the candidate is farther from production than production is from itself.
///
/// Of each request only a discordance informs: either the candidate or the second production answer alone differs from the
/// first one. If the candidate is as far as production's own noise, each of the two is equally likely. Reject when E ≥ 1/α at
/// any time: whoever looks again must keep an earlier rejection. This shows *different*, never *worse*.
///
/// Counts add up in any order. *Assumes* requests independent of each other, and the answer called the first drawn at random.
///
/// Source: reference/gate-contracts.md §3.2: the binomial likelihood ratio mixed over Beta(prior, prior).
package struct PairedDifference: Sendable, Hashable {
  /// Requests where only the candidate differs from production's first answer (b).
  package private(set) var candidateOnly = 0
  /// Requests where only production's second answer does (c).
  package private(set) var productionOnly = 0

  package init() {}

  /// Counts as stored; at least 0.
  package init(candidateOnly: Int, productionOnly: Int) {
    precondition(candidateOnly >= 0 && productionOnly >= 0, "a count is not negative")
    self.candidateOnly = candidateOnly
    self.productionOnly = productionOnly
  }

  /// Adds a request: which answers differ from production's first one.
  package mutating func add(candidateDiffers: Bool, productionDiffers: Bool) {
    if candidateDiffers && !productionDiffers { candidateOnly += 1 }
    if productionDiffers && !candidateDiffers { productionOnly += 1 }
  }

  package static func + (left: PairedDifference, right: PairedDifference) -> PairedDifference {
    PairedDifference(
      candidateOnly: left.candidateOnly + right.candidateOnly, productionOnly: left.productionOnly + right.productionOnly)
  }

  /// ln of 2^(b + c)·B(a + b, a + c)/B(a, a): against "as far", in either direction.
  ///
  /// - Parameter prior: a; above 0 and finite. 1 expects every rate alike.
  package func logE(prior: Double = 1) -> Double {
    requirePrior(prior)
    let (b, c) = (Double(candidateOnly), Double(productionOnly))
    return logBetaRatio(b, c, prior, prior) + (b + c) * Double.log(2)
  }

  /// The same against "not farther": E times 2·(1 − I_½(a + b, a + c)).
  package func logEFarther(prior: Double = 1) -> Double {
    requirePrior(prior)
    let (far, near) = (prior + Double(candidateOnly), prior + Double(productionOnly))
    if far > near { return logE(prior: prior) + Double.log(2 * incompleteBeta(0.5, a: near, b: far)) }
    // The tail may be too small for a double though E is not: the powers of 2 cancel in its power series, term by term.
    var (sum, term, j) = (0.0, 1.0, 0.0)
    while term > sum * 0x1p-54 {
      sum += term
      term *= 0.5 * (near + far + j) / (near + 1 + j)
      j += 1
    }
    let logBeta = 2 * Double.logGamma(prior) - Double.logGamma(2 * prior)
    return Double.log(sum / near) + (1 - 2 * prior) * Double.log(2) - logBeta
  }
}

private func requirePrior(_ prior: Double) {
  precondition(prior > 0 && prior.isFinite, "a prior is above 0 and finite")
}

/// The graded form: evidence from similarities in 0...1 instead of "same" and "different".
///
/// X = s(p₁, p₂) − ½(s(p₁, c) + s(p₂, c)) has a mean of at most 0 unless the candidate is farther from production than
/// production from itself; a betting process on (X + 1)/2 collects the evidence.
///
/// Source: reference/gate-contracts.md §3.2.
package struct GradedDifference: Sendable, Hashable {
  /// Bets on (X + 1)/2 above ½; its `state` is to be stored.
  package private(set) var process: BettingProcess

  package static let plan = BettingProcess.Plan(.above, null: 0.5, in: 0...1)

  package init() {
    process = BettingProcess(Self.plan)
  }

  /// Goes on from a stored state; nil where it is none of such a process.
  package init?(state: BettingProcess.State) {
    guard let process = BettingProcess(Self.plan, state: state) else { return nil }
    self.process = process
  }

  /// Adds a request, by three similarities in 0...1: of production's two answers, and of each with the candidate's.
  package mutating func add(production: Double, candidateFirst: Double, candidateSecond: Double) {
    precondition(
      [production, candidateFirst, candidateSecond].allSatisfy { (0...1).contains($0) }, "a similarity lies in 0...1")
    add(excess: production - 0.5 * (candidateFirst + candidateSecond))
  }

  /// Adds X itself, or the mean of several that rise and fall together; in -1...1.
  package mutating func add(excess: Double) {
    precondition((-1...1).contains(excess), "an excess lies in -1...1")
    process.add(0.5 * (excess + 1))
  }

  package var logE: Double { process.logE }
}
