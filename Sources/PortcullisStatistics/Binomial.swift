import RealModule

/// P(X ≤ k) for X ~ Bin(n, p); 0 below 0 and 1 from n upwards.
package func binomialCDF(_ k: Int, of n: Int, p: Double) -> Double {
  requireBinomial(n, p)
  if k < 0 { return 0 }
  if k >= n { return 1 }
  return incompleteBeta(1 - p, complement: p, a: Double(n - k), b: Double(k) + 1)
}

/// P(X ≥ k) for X ~ Bin(n, p), without subtracting from 1.
package func binomialUpperTail(_ k: Int, of n: Int, p: Double) -> Double {
  requireBinomial(n, p)
  if k <= 0 { return 1 }
  if k > n { return 0 }
  return incompleteBeta(p, complement: 1 - p, a: Double(k), b: Double(n - k) + 1)
}

/// P(X = k) for X ~ Bin(n, p), to near full precision also at n = 1e6.
package func binomialMass(_ k: Int, of n: Int, p: Double) -> Double {
  requireBinomial(n, p)
  guard (0...n).contains(k) else { return 0 }
  if p == 0 { return k == 0 ? 1 : 0 }
  if p == 1 { return k == n ? 1 : 0 }
  if k == 0 { return Double.exp(Double(n) * Double.log(onePlus: -p)) }
  if k == n { return Double.exp(Double(n) * Double.log(p)) }
  let (hits, misses) = (Double(k), Double(n - k))
  return betaWeight(p, 1 - p, hits, misses) * (Double(n) / hits / misses)
}

private func requireBinomial(_ n: Int, _ p: Double) {
  precondition(n >= 0, "a number of trials is not negative")
  precondition(p >= 0 && p <= 1, "a probability lies in 0...1")
}
