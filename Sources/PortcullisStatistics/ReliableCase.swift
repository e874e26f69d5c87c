import RealModule

/// The sequential verdict on a case that must be reliable, fed one trial at a time.
///
/// A likelihood ratio of "passes as often as it should" against "has become bad" is multiplied up. By Ville's inequality a
/// bad case passes with probability at most α, and among `cases` good ones any fails with probability at most β, however
/// often one looks.
///
/// Source: reference/statistics.md §6, `must_pass_sprt`; A. Wald, 1945.
package struct ReliableCase: Sendable, Hashable {
  package struct Demand: Sendable, Hashable {
    package let good: Double
    package let bad: Double
    package let alpha: Double
    package let beta: Double
    /// Cases that share `beta`, because their alarms are a union.
    package let cases: Int
    /// Trials after which the case stays undecided.
    package let cap: Int

    package init(good: Double = 0.98, bad: Double = 0.80, alpha: Double = 0.05, beta: Double = 0.05, cases: Int, cap: Int = 60) {
      precondition(bad > 0 && bad < good && good < 1, "the bad pass rate lies below the good one, both inside 0...1")
      precondition(cases > 0 && cap > 0, "there is at least one case and one trial")
      requireError(alpha)
      requireError(beta)
      self.good = good
      self.bad = bad
      self.alpha = alpha
      self.beta = beta
      self.cases = cases
      self.cap = cap
    }
  }

  package let demand: Demand
  package private(set) var passes = 0
  package private(set) var failures = 0
  /// `inconclusive` until a limit is reached, and for good at the cap.
  package private(set) var verdict = ThreeWay.inconclusive

  package init(_ demand: Demand) {
    self.demand = demand
  }

  package var trials: Int { passes + failures }

  /// Whether another trial could still change the verdict.
  package var wantsMore: Bool { verdict == .inconclusive && trials < demand.cap }

  /// The log of the likelihood ratio, from the counts alone: the same evidence gives the same bits.
  package var logLikelihoodRatio: Double {
    Double(passes) * Double.log(demand.good / demand.bad)
      + Double(failures) * Double.log((1 - demand.good) / (1 - demand.bad))
  }

  /// Takes in one trial; what comes after the decision is ignored.
  package mutating func observe(passed: Bool) {
    guard wantsMore else { return }
    if passed { passes += 1 } else { failures += 1 }
    if logLikelihoodRatio >= -Double.log(demand.alpha) - verdictTolerance {
      verdict = .pass
    } else if logLikelihoodRatio <= -Double.log(Double(demand.cases) / demand.beta) + verdictTolerance {
      verdict = .fail
    }
  }
}
