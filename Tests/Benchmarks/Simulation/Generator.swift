import Foundation

/// Random numbers of one run: the same for a seed, a row and a run on every machine, whichever process plays it.
struct Generator: Sendable {
  private var state: UInt64

  init(seed: UInt64, row: UInt64, run: UInt64) {
    state = seed
    for part in [row, run] { state = next() ^ part &* 0xD6E8_FEB8_6659_FD93 }
  }

  /// SplitMix64: G. L. Steele, D. Lea, C. H. Flood, 2014.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Strictly inside 0…1.
  mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  mutating func below(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

  mutating func happens(_ probability: Double) -> Bool { uniform() < probability }

  mutating func exponential(mean: Double) -> Double { -mean * log(uniform()) }

  /// By Box and Muller, one of the two.
  mutating func normal(_ mean: Double, _ deviation: Double) -> Double {
    mean + deviation * (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
  }

  mutating func beta(_ a: Double, _ b: Double) -> Double {
    // Logarithms, as a gamma of a small shape underflows.
    let (x, y) = (logGamma(a), logGamma(b))
    return 1 / (1 + exp(y - x))
  }

  /// The logarithm of a gamma variate: G. Marsaglia and W. W. Tsang, 2000; below 1 by its next higher shape.
  private mutating func logGamma(_ shape: Double) -> Double {
    if shape < 1 { return logGamma(shape + 1) + log(uniform()) / shape }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal(0, 1)
      let v = 1 + c * x
      guard v > 0 else { continue }
      if log(uniform()) < 0.5 * x * x + d * (1 - v * v * v + log(v * v * v)) { return log(d * v * v * v) }
    }
  }
}
