import RealModule

/// ln Γ(x), for `x` above 0; infinite beyond the largest double.
///
/// Source: glibc. Differences of large values lose digits; `betaWeight` takes none.
package func logGamma(_ x: Double) -> Double {
  precondition(x > 0, "the logarithm of Γ is taken above 0")
  return Double.logGamma(x)
}
