import PortcullisCalculator
import Testing

@Suite struct DecimalFractionTests {
  /// The standard library reads correctly rounded.
  private func known(_ digits: UInt64, _ decimals: Int) -> Double { Double("\(digits)e-\(decimals)") ?? .nan }

  @Test(arguments: 0...19) func theNearestDoubleIsFound(decimals: Int) {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15 &+ UInt64(decimals)
    for _ in 0..<2000 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let digits = state >> (state & 63)
      #expect(decimalFraction(digits, decimals: decimals) == known(digits, decimals), "\(digits)e-\(decimals)")
    }
    for digits: UInt64 in [
      0, 1, 9, 10, 1 << 53, 1 << 53 + 1, 1 << 53 + 2, 1 << 54 + 2, 1 << 54 + 6, .max, .max - 1, 9_999_999_999_999_999_999,
    ] {
      #expect(decimalFraction(digits, decimals: decimals) == known(digits, decimals), "\(digits)e-\(decimals)")
    }
  }

  /// Halves of the last place: 2⁵³ + odd numbers, times a power of ten that the division takes away again.
  @Test func tiesGoToEven() {
    for odd: UInt64 in stride(from: 1, to: 99, by: 2) {
      for decimals in 0...2 {
        let digits = (1 << 53 + odd) * [1, 10, 100][decimals]
        #expect(decimalFraction(digits, decimals: decimals) == Double(1 << 53 + odd), "\(digits)e-\(decimals)")
      }
    }
  }
}
