import RealModule

/// P(T ≤ x) of Student's distribution; `degrees` is real and above 0.
package func studentCDF(_ x: Double, degrees: Double) -> Double {
  precondition(!x.isNaN, "a deviate is NaN")
  let tail = 0.5 * StudentPoint(abs(x), degrees).outside
  return x < 0 ? tail : 1 - tail
}

/// The x with P(T ≤ x) = `probability`; −∞ at 0 and ∞ at 1, 0 at a half.
///
/// Newton's method from the normal quantile, which never lies beyond the root. In the middle it works on the mass inside
/// ±x, in the tails on logarithms: a heavy tail is a straight line there, so one degree of freedom takes as few steps as
/// a million.
package func studentQuantile(_ probability: Double, degrees: Double) -> Double {
  precondition(probability >= 0 && probability <= 1, "a probability lies in 0...1")
  precondition(degrees > 0 && degrees.isFinite, "degrees of freedom are above 0")
  if probability == 0 { return -.infinity }
  if probability == 1 { return .infinity }
  if probability == 0.5 { return 0 }
  if probability < 0.5 { return -upperQuantile(tail: probability, degrees: degrees) }
  return upperQuantile(tail: 1 - probability, degrees: degrees)
}

/// The t quantile of a one-sided error rate: 6.31 for 0.05 at one degree of freedom.
func oneSidedStudentQuantile(alpha: Double, degrees: Int) -> Double {
  requireError(alpha)
  return -studentQuantile(alpha, degrees: Double(degrees))
}

private func upperQuantile(tail: Double, degrees: Double) -> Double {
  var t = -normalQuantile(tail)
  for _ in 0..<100 {
    let point = StudentPoint(t, degrees)
    let next: Double
    if tail > 0.25 {
      next = t + (1 - 2 * tail - point.inside) * t / (2 * point.weight)
    } else {
      let outside = point.outside
      next = t * Double.exp((Double.log(outside) - Double.log(2 * tail)) * outside / (2 * point.weight))
    }
    if abs(next - t) <= 1e-15 * t { return next }
    t = next
  }
  return t
}

/// A distance t ≥ 0 from the middle, as the two complementary arguments of the beta function.
private struct StudentPoint {
  let far: Double
  let near: Double
  let half: Double

  init(_ t: Double, _ degrees: Double) {
    // Written so that neither t = 0 nor a t whose square overflows makes a NaN.
    far = 1 / (1 + t * t / degrees)
    near = 1 / (1 + degrees / (t * t))
    half = degrees / 2
  }

  /// P(|T| > t).
  var outside: Double { incompleteBeta(far, complement: near, a: half, b: 0.5) }
  /// P(|T| ≤ t).
  var inside: Double { incompleteBeta(near, complement: far, a: 0.5, b: half) }
  /// t times the density at t.
  var weight: Double { betaWeight(far, near, half, 0.5) }
}
