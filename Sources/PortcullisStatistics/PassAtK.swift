// What k trials of one case would show, from n recorded ones: figures for reports, no gate rests on them.
import RealModule

/// The chance that at least one of `k` trials, drawn without return from those recorded, passed.
///
/// - Parameters:
///   - passed: Trials that passed; `0...count`.
///   - count: Trials scored, at least 0.
///   - k: Trials drawn, at least 1.
/// - Returns: nil where fewer than `k` were recorded.
///
/// Source: M. Chen et al., Evaluating Large Language Models Trained on Code, 2021, arXiv:2107.03374.
package func passAtK(passed: Int, of count: Int, k: Int) -> Double? {
  logChanceOfNone(marked: passed, of: count, drawn: k).map { -Double.expMinusOne($0) }
}

/// The chance that all of `k` trials, drawn without return from those recorded, passed.
///
/// - Parameters:
///   - passed: Trials that passed; `0...count`.
///   - count: Trials scored, at least 0.
///   - k: Trials drawn, at least 1.
/// - Returns: nil where fewer than `k` were recorded.
///
/// Source: S. Yao et al., τ-bench, 2024, arXiv:2406.12045.
package func passHatK(passed: Int, of count: Int, k: Int) -> Double? {
  logChanceOfNone(marked: count - passed, of: count, drawn: k).map(Double.exp)
}

/// ln of the chance that none of the `drawn` is `marked`; −∞ where one must be, nil where there are too few to draw.
private func logChanceOfNone(marked: Int, of count: Int, drawn: Int) -> Double? {
  requireCount(marked, of: count)
  precondition(drawn >= 1, "at least one trial is drawn")
  guard drawn <= count else { return nil }
  guard marked <= count - drawn else { return -.infinity }
  // Drawn and marked may change places: the shorter product serves, and a million factors reach the least double.
  let (factors, others) = (min(marked, drawn), Double(max(marked, drawn)))
  var sum = 0.0
  for place in 0..<factors {
    sum += Double.log(onePlus: -others / Double(count - place))
    if sum < -750 { break }
  }
  return sum
}
