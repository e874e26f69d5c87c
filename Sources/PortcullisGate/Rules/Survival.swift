// How much worse the evidence could have been before a pass is lost: what a pass says of itself.

/// The most `losses`, at most `limit`, with which a pass stays one; it passes without any, and each further loss makes it less likely.
func mostSurvived(upTo limit: Int, _ passes: (_ losses: Int) -> Bool) -> Int {
  var (passing, beyond) = (0, limit + 1)
  while beyond - passing > 1 {
    let middle = (passing + beyond) / 2
    if passes(middle) { passing = middle } else { beyond = middle }
  }
  return passing
}

/// `it would still pass with 3 more losses`, or that one more would have lost it.
func survival(_ losses: Int, _ one: String, _ many: String) -> String {
  losses == 0 ? "\(one) would have lost the pass" : "it would still pass with \(losses == 1 ? one : "\(losses) \(many)")"
}
