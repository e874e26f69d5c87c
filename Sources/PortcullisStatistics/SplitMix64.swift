/// A small seeded generator whose sequence is the same on every machine; for resampling and sampling, never for secrets.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, Fast Splittable Pseudorandom Number Generators, 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable, Hashable {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A whole number in `0..<count`: the high word of one draw times `count`.
  ///
  /// One draw a call, so that a resample is named by its seed and its place in the sequence; the bias is below count/2⁶⁴.
  package mutating func below(_ count: Int) -> Int {
    precondition(count > 0, "there is nothing to choose from")
    return Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }
}
