import PortcullisStatistics
import Testing

private func aa(_ differences: [Double], margin: Double) -> ShadowCheck {
  aaCheck(ClusterSums(differences: differences), margin: margin, alpha: 0.05)
}

private func floor(_ excess: [Double], limit: Double = 0.05) -> ShadowCheck {
  noiseFloor(excess: ClusterSums(differences: excess), limit: limit, alpha: 0.05)
}

struct ShadowChecksTests {
  @Test func productionThatAgreesWithItselfPassesOnceThereIsEnough() {
    #expect(aa([Double](repeating: 0, count: 200), margin: 0.025).verdict == .pass)
    #expect(aa([Double](repeating: 0, count: 20), margin: 0.025).verdict == .inconclusive)
  }

  @Test func aRigThatDiffersFailsInEitherDirection() {
    let shifted = (0..<100).map { $0 % 2 == 0 ? 0.1 : 0.2 }
    #expect(aa(shifted, margin: 0.025).verdict == .fail)
    #expect(aa(shifted.map { -$0 }, margin: 0.025).verdict == .fail)
    #expect(aa(shifted, margin: 0.9).verdict == .pass, "well within the margin")
    #expect(aa(shifted.map { $0 - 0.14 }, margin: 0.025).verdict != .fail, "not shown to differ beyond it")
  }

  @Test func onlyAnExcessOverProductionsOwnNoiseFails() {
    let noisy = (0..<200).map { [0, 0.5, -0.5, 0][$0 % 4] }
    #expect(floor(noisy, limit: 0.1).verdict == .pass)
    #expect(floor((0..<200).map { [0, 1, 0.5, 0][$0 % 4] }).verdict == .fail)
    #expect(floor((0..<20).map { [0, 0.5, 0, 0][$0 % 4] }).verdict == .inconclusive)
    #expect(floor((0..<200).map { [-1, 0, -0.5, 0][$0 % 4] }).verdict == .pass, "steadier than production")
  }

  @Test func withoutRequestsNothingIsKnown() {
    for check in [aa([], margin: 0.1), floor([])] {
      #expect(check.verdict == .inconclusive && check.estimate == nil && check.limits == nil && check.clusters == 0)
    }
  }

  @Test func oneClusterCannotPass() {
    let sums = ClusterSums(differences: [Double](repeating: 0, count: 500), clusters: [Int](repeating: 1, count: 500))
    #expect(aaCheck(sums, margin: 0.5, alpha: 0.05).verdict == .inconclusive)
    #expect(noiseFloor(excess: sums, limit: 0.5, alpha: 0.05).verdict == .inconclusive)
  }
}
