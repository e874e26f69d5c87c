import RealModule

/// How the error rate of one decision is spent over several planned looks at the growing evidence.
package enum Spending: Sendable, Hashable, CaseIterable {
  /// Almost nothing early: 2(1 − Φ(z₁₋α⸝₂/√t)).
  case obrienFleming
  /// Evenly: α·ln(1 + (e − 1)t).
  case pocock

  /// The error spent by the time a share `fraction` of the information is in; α at 1.
  ///
  /// Source: K. K. G. Lan and D. L. DeMets, 1983, doi:10.1093/biomet/70.3.659.
  package func spent(alpha: Double, fraction: Double) -> Double {
    requireError(alpha)
    precondition(fraction > 0 && fraction <= 1, "a share of the information lies above 0 and at most at 1")
    switch self {
    case .obrienFleming: return 2 * normalCDF(normalQuantile(alpha / 2) / fraction.squareRoot())
    case .pocock: return alpha * Double.log(onePlus: (Double.exp(1) - 1) * fraction)
    }
  }
}

/// The limit of one planned look.
package struct Look: Sendable, Hashable {
  /// The normal deviate that must be reached.
  package let z: Double
  /// The error rate to use at this look, in place of α, in both bounds.
  package let nominalAlpha: Double
}

/// The limits of each planned look, such that the chance of ever crossing one by luck is α.
///
/// - Parameters:
///   - fractions: Shares of the information at each look, ascending, the last at most 1.
///
/// Exact to about 1e-8 for looks at similar steps of information. Costs some 200 000 exponentials a look.
///
/// Source: reference/statistics.md §1.5; P. Armitage, C. K. McPherson, B. C. Rowe, 1969: the density of the deviate among
/// the paths not yet stopped is integrated from look to look.
package func groupSequentialLooks(_ spending: Spending, alpha: Double, fractions: [Double]) -> [Look] {
  precondition(zip(fractions, fractions.dropFirst()).allSatisfy { $0 < $1 }, "looks come in ascending order")
  var density: [(at: Double, mass: Double)] = [(0, 1)]
  var (before, spent) = (0.0, 0.0)
  return fractions.map { fraction in
    let target = spending.spent(alpha: alpha, fraction: fraction)
    let step = (fraction - before).squareRoot()
    func crossing(_ limit: Double) -> Double {
      density.reduce(0) { $0 + $1.mass * normalCDF(($1.at - limit) / step) }
    }
    var (low, high) = (0.0, 9 * fraction.squareRoot())
    for _ in 0..<100 {
      let middle = 0.5 * (low + high)
      if crossing(middle) > target - spent { low = middle } else { high = middle }
    }
    density = survivors(density, below: high, from: -9 * fraction.squareRoot(), step: step)
    (before, spent) = (fraction, target)
    let z = high / fraction.squareRoot()
    return Look(z: z, nominalAlpha: normalCDF(-z))
  }
}

/// The paths still below the limit after the next stretch of information, as weighted points for Simpson's rule.
private func survivors(
  _ density: [(at: Double, mass: Double)], below limit: Double, from start: Double, step: Double
) -> [(at: Double, mass: Double)] {
  let intervals = 400
  let width = (limit - start) / Double(intervals)
  return (0...intervals).map { index in
    let at = start + Double(index) * width
    let height = density.reduce(0) { sum, point in
      let distance = (at - point.at) / step
      return sum + point.mass * Double.exp(-0.5 * distance * distance)
    }
    let weight = index == 0 || index == intervals ? 1.0 : index % 2 == 1 ? 4 : 2
    return (at, weight * width / 3 * height / (step * (2 * Double.pi).squareRoot()))
  }
}
