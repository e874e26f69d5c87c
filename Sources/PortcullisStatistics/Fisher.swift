/// How surprising the candidate's passes on one case are, had both arms the same pass rate there.
///
/// Conditional on both numbers of trials and on all passes. An arm without trials gives p = 1, mid-p ½.
///
/// Source: R. A. Fisher, 1935; point probabilities by Loader's form, as log-gamma differences lose digits.
package struct FisherTest: Sendable, Hashable {
  /// One-sided P(X ≤ candidate's passes): small where the candidate is worse.
  package let worse: Double
  /// The same with half of P(X = candidate's passes); what the gate uses.
  package let worseMidP: Double
  /// All tables at most 1 + 1e-7 times as probable as the one seen.
  package let twoSided: Double

  package init(candidatePassed: Int, of candidateTrials: Int, productionPassed: Int, of productionTrials: Int) {
    requireCount(candidatePassed, of: candidateTrials)
    requireCount(productionPassed, of: productionTrials)
    let table = Hypergeometric(
      passes: candidatePassed + productionPassed, drawn: candidateTrials, all: candidateTrials + productionTrials)
    let seen = table.mass(candidatePassed)
    var (below, rare) = (0.0, 0.0)
    table.forEachMass { count, mass in
      if count < candidatePassed { below += mass }
      if mass <= seen * (1 + 1e-7) { rare += mass }
    }
    worse = min(1, below + seen)
    worseMidP = min(1, below + 0.5 * seen)
    twoSided = min(1, rare)
  }
}

/// How many of the `passes` among `all` trials fall on the `drawn` ones.
struct Hypergeometric: Hashable {
  let passes: Int
  let drawn: Int
  let all: Int

  var least: Int { max(0, passes - (all - drawn)) }
  var most: Int { min(passes, drawn) }

  func mass(_ hits: Int) -> Double {
    guard all > 0 else { return 1 }
    let share = Double(passes) / Double(all)
    return binomialMass(hits, of: drawn, p: share) * binomialMass(passes - hits, of: all - drawn, p: share)
      / binomialMass(passes, of: all, p: share)
  }

  /// Walks outwards from the most probable count by ratios of neighbours: a few operations a count, also at a million.
  func forEachMass(_ body: (_ count: Int, _ mass: Double) -> Void) {
    let mode = min(most, max(least, Int(Double(passes + 1) * Double(drawn + 1) / Double(all + 2))))
    // P(count + 1) / P(count).
    func rise(_ count: Int) -> Double {
      Double(passes - count) * Double(drawn - count) / Double(count + 1) / Double(all - drawn - passes + count + 1)
    }
    let peak = mass(mode)
    body(mode, peak)
    var current = peak
    for count in stride(from: mode, to: most, by: 1) {
      current *= rise(count)
      body(count + 1, current)
    }
    current = peak
    for count in stride(from: mode - 1, through: least, by: -1) {
      current /= rise(count)
      body(count, current)
    }
  }
}
