/// Whether a value equals a known one to a relative error of 1e-9, the accuracy every function of this room promises.
func agrees(_ value: Double?, _ known: Double, within relative: Double = 1e-9) -> Bool {
  guard let value else { return false }
  return value == known || abs(value - known) <= relative * abs(known)
}

/// The same for values known to a number of decimals only.
func agrees(_ value: Double?, _ known: Double, decimals: Int) -> Bool {
  guard let value else { return false }
  var unit = 1.0
  for _ in 0..<decimals { unit /= 10 }
  return abs(value - known) <= 0.5000001 * unit
}
