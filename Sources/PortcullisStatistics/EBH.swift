import RealModule

/// Which of several hypotheses are rejected, such that at most a share `alpha` of the rejections is expected to be false.
///
/// Rejects the k greatest for the largest k with E₍ₖ₎ ≥ m/(kα); holds for e-values that depend on each other in any way, such
/// as those of the fields of one answer.
///
/// - Parameters:
///   - logE: The logarithm of each e-value; not NaN.
///   - alpha: The false discovery rate; strictly inside 0...1.
/// - Returns: One for each, in the same order.
///
/// Source: R. Wang, A. Ramdas, 2022, doi:10.1111/rssb.12489; reference/gate-contracts.md §3.2.
package func eBenjaminiHochberg(logE: [Double], alpha: Double) -> [Bool] {
  precondition(alpha > 0 && alpha < 1, "an error rate lies strictly inside 0...1")
  precondition(!logE.contains(where: \.isNaN), "evidence is NaN")
  let limits = logE.indices.map { Double.log(Double(logE.count) / (Double($0 + 1) * alpha)) }
  let ranked = logE.sorted(by: >)
  guard let last = ranked.indices.last(where: { ranked[$0] >= limits[$0] }) else { return logE.map { _ in false } }
  return logE.map { $0 >= ranked[last] }
}
