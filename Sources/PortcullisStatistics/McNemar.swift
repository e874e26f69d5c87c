import RealModule

/// How surprising a split of the discordant pairs would be if both arms were equally good.
///
/// The gate uses the mid-p values: the exact test is needlessly conservative and the asymptotic one is not safe. Without
/// discordant pairs the two-sided values are 1, the one-sided ½.
///
/// Source: M. W. Fagerland, S. Lydersen, P. Laake, 2013, doi:10.1186/1471-2288-13-91.
package struct McNemar: Sendable, Hashable {
  /// One-sided mid-p against "the candidate is not better": P(X > c) + ½P(X = c), X ~ Bin(b + c, ½).
  package let better: Double
  /// One-sided mid-p against "the candidate is not worse".
  package let worse: Double
  /// Two-sided mid-p.
  package let twoSided: Double
  /// Two-sided exact p, for comparison with other tools.
  package let exact: Double
  /// Two-sided p of the chi-square form without continuity correction, for comparison with other tools.
  package let asymptotic: Double

  /// - Parameters:
  ///   - b: Cases only production passed.
  ///   - c: Cases only the candidate passed.
  package init(b: Int, c: Int) {
    precondition(b >= 0 && c >= 0, "a count of pairs is not negative")
    let n = b + c
    better = midP(beyond: c, of: n)
    worse = midP(beyond: b, of: n)
    guard n > 0 else {
      (twoSided, exact, asymptotic) = (1, 1, 1)
      return
    }
    let fewer = min(b, c)
    let mass = binomialMass(fewer, of: n, p: 0.5)
    twoSided = b == c ? 1 - mass : min(1, 2 * binomialCDF(fewer - 1, of: n, p: 0.5) + mass)
    exact = min(1, 2 * binomialCDF(fewer, of: n, p: 0.5))
    // 2(1 − Φ(|b − c|/√n)).
    asymptotic = Double.erfc(Double(abs(b - c)) / Double(2 * n).squareRoot())
  }

  package init(_ table: PairTable) {
    self.init(b: table.productionOnly, c: table.candidateOnly)
  }
}

private func midP(beyond count: Int, of n: Int) -> Double {
  min(1, binomialUpperTail(count + 1, of: n, p: 0.5) + 0.5 * binomialMass(count, of: n, p: 0.5))
}
