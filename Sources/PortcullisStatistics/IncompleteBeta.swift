import RealModule

/// The regularised incomplete beta function I_x(a, b), for `a` and `b` above 0 up to about 1e7.
///
/// Relative error below 1e-11 to a, b = 1e6. Cost grows with √(a + b) near the mean: tens of microseconds at 1e6.
///
/// Source: the continued fraction by the modified Lentz method (Numerical Recipes 6.4); the factor in front of it by
/// Loader's saddle-point form, because differences of large log-gammas lose nine digits at 1e6.
package func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
  precondition(x >= 0 && x <= 1, "x lies in 0...1")
  return incompleteBeta(x, complement: 1 - x, a: a, b: b)
}

/// I_x(a, b) where 1 − x is known better than by subtraction.
func incompleteBeta(_ x: Double, complement y: Double, a: Double, b: Double) -> Double {
  precondition(a > 0 && b > 0 && a.isFinite && b.isFinite, "both parameters of a beta distribution are above 0")
  if x == 0 { return 0 }
  if y == 0 { return 1 }
  let weight = betaWeight(x, y, a, b)
  if x <= (a + 1) / (a + b + 2) { return min(1, weight * lentz(x, a, b) / a) }
  return max(0, 1 - weight * lentz(y, b, a) / b)
}

/// The x with I_x(a, b) = `probability`.
///
/// Newton's method held inside a bracket, which halves wherever a step would leave it.
package func inverseIncompleteBeta(_ probability: Double, a: Double, b: Double) -> Double {
  precondition(probability >= 0 && probability <= 1, "a probability lies in 0...1")
  if probability == 0 { return 0 }
  if probability == 1 { return 1 }
  var (low, high, x) = (0.0, 1.0, a / (a + b))
  for _ in 0..<200 {
    let error = incompleteBeta(x, a: a, b: b) - probability
    if error == 0 { return x }
    if error < 0 { low = x } else { high = x }
    let step = error * x * (1 - x) / betaWeight(x, 1 - x, a, b)
    let newton = x - step
    let next = newton > low && newton < high ? newton : 0.5 * (low + high)
    // Close to 1 as exact as a double can be, for what matters there is the distance from 1.
    if abs(next - x) <= max(1e-14 * min(x, 1 - x), x.ulp) { return next }
    x = next
  }
  return x
}

/// x^a·y^b/B(a, b), for x and y strictly inside 0...1 with x + y = 1.
///
/// Source: C. Loader, Fast and Accurate Computation of Binomial Probabilities, 2000.
func betaWeight(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
  let sum = a + b
  let exponent = stirlingError(sum) - stirlingError(a) - stirlingError(b) - deviance(a, sum * x) - deviance(b, sum * y)
  return (a / (2 * Double.pi * sum) * b).squareRoot() * Double.exp(exponent)
}

/// ln Γ(a) less Stirling's approximation of it, (a − ½) ln a − a + ½ ln 2π.
private func stirlingError(_ a: Double) -> Double {
  if a < 16 { return Double.logGamma(a) - ((a - 0.5) * Double.log(a) - a + 0.5 * Double.log(2 * Double.pi)) }
  let r = 1 / (a * a)
  return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / a
}

/// a·ln(a/m) + m − a without cancellation where `a` is near `m`.
private func deviance(_ a: Double, _ m: Double) -> Double {
  guard abs(a - m) < 0.1 * (a + m) else { return a * Double.log(a / m) + m - a }
  let v = (a - m) / (a + m)
  var (sum, power, odd) = ((a - m) * v, 2 * a * v, 1.0)
  while true {
    power *= v * v
    odd += 2
    let next = sum + power / odd
    if next == sum { return sum }
    sum = next
  }
}

/// The continued fraction of I_x(a, b), which converges quickly for x ≤ (a + 1)/(a + b + 2).
private func lentz(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / away(1 - (a + b) * x / (a + 1))
  var product = d
  for step in 1...1_000_000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    product *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    let change = d * c
    product *= change
    if abs(change - 1) < 1e-15 { break }
  }
  return product
}
