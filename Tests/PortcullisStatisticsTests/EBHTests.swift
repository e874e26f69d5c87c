import PortcullisStatistics
import RealModule
import Testing

struct EBHTests {
  /// By hand, α = 0.05: of m = 4, the k greatest need 80/k.
  private static let table: [(e: [Double], rejected: [Int])] = [
    ([80, 1, 1, 1], [0]), ([79.9, 1, 1, 1], []), ([1, 40.1, 2, 41], [1, 3]), ([20.1, 20.1, 20.1, 20.1], [0, 1, 2, 3]),
    ([500, 39, 19, 19], [0]), ([500, 39, 27, 19], [0, 1, 2]), ([0, 0, .infinity, 0], [2]), ([], []),
  ]

  @Test(arguments: table)
  func theLargestSetThatItsLeastMemberSupportsIsRejected(_ row: (e: [Double], rejected: [Int])) {
    // A hair above, so that the ties of the table do not hang on the rounding of a logarithm.
    let flags = eBenjaminiHochberg(logE: row.e.map { Double.log($0 * (1 + 1e-12)) }, alpha: 0.05)
    #expect(flags.indices.filter { flags[$0] } == row.rejected && flags.count == row.e.count)
  }

  @Test(arguments: 0..<100)
  func itEqualsTheSearchThroughAllSizes(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let e = (0..<(1 + generator.below(12))).map { _ in Double(1 + generator.below(300)) + 0.5 }
    let m = Double(e.count)
    let size = (0...e.count).last { k in k == 0 || e.count { $0 >= m / (Double(k) * 0.1) } >= k } ?? 0
    let limit = size == 0 ? .infinity : e.sorted(by: >)[size - 1]
    #expect(eBenjaminiHochberg(logE: e.map { Double.log($0) }, alpha: 0.1) == e.map { $0 >= limit })
  }

  @Test func moreEvidenceAnywhereNeverTakesARejectionAway() {
    var generator = SplitMix64(seed: 7)
    for _ in 0..<200 {
      let e = (0..<8).map { _ in Double(generator.below(60)) / 10 }
      let before = eBenjaminiHochberg(logE: e, alpha: 0.05)
      var more = e
      more[generator.below(8)] += 2
      let after = eBenjaminiHochberg(logE: more, alpha: 0.05)
      #expect(zip(before, after).allSatisfy { !$0 || $1 })
    }
  }
}
