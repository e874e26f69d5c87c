import RealModule

/// P(Z ≤ x) of the standard normal distribution, accurate in relative terms far into both tails.
package func normalCDF(_ x: Double) -> Double {
  0.5 * Double.erfc(-x / 2.0.squareRoot())
}

/// ln P(Z ≤ x); finite where the probability itself is below the smallest double.
///
/// Source: below −5 Laplace's continued fraction of the tail, Abramowitz and Stegun 26.2.14.
package func normalLogCDF(_ x: Double) -> Double {
  precondition(!x.isNaN, "a normal deviate is NaN")
  if x == -.infinity { return -.infinity }
  if x > 0 { return Double.log(onePlus: -0.5 * Double.erfc(x / 2.0.squareRoot())) }
  if x > -5 { return Double.log(normalCDF(x)) }
  let distance = -x
  // From the far end inwards; at 5 and beyond, 100 terms are more than the double can hold.
  var fraction = distance
  for term in stride(from: 100.0, through: 1, by: -1) { fraction = distance + term / fraction }
  return -0.5 * distance * distance - 0.5 * Double.log(2 * Double.pi) - Double.log(fraction)
}

/// The x with P(Z ≤ x) = `probability`; −∞ at 0 and ∞ at 1.
///
/// Source: start by Abramowitz and Stegun 26.2.23 (error below 4.5e-4), then Halley's method, which triples the digits each time.
package func normalQuantile(_ probability: Double) -> Double {
  precondition(probability >= 0 && probability <= 1, "a probability lies in 0...1")
  if probability == 0 { return -.infinity }
  if probability == 1 { return .infinity }
  if probability == 0.5 { return 0 }
  // 1 − p is exact from a half upwards, so both tails are equally good.
  if probability > 0.5 { return -normalQuantile(1 - probability) }
  let t = (-2 * Double.log(probability)).squareRoot()
  let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
  let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  var x = numerator / denominator - t
  for _ in 0..<3 {
    // Near the middle the difference is taken between small numbers: relative accuracy holds down to x = 0.
    let residual =
      probability > 0.25
      ? 0.5 * Double.erf(x / 2.0.squareRoot()) - (probability - 0.5)
      : normalCDF(x) - probability
    let density = Double.exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
    guard density > 0 else { break }
    let step = residual / density
    x -= step / (1 + 0.5 * x * step)
  }
  return x
}

/// The normal quantile of a one-sided error rate: 1.645 for 0.05.
package func oneSidedQuantile(alpha: Double) -> Double {
  requireError(alpha)
  return -normalQuantile(alpha)
}
