import PortcullisStatistics
import RealModule
import Testing

struct SampleRatioTests {
  // B(a + x, b + y)/B(a, b)/(sˣ(1 − s)ʸ) by its rising factorials, one request after the other.
  private func product(candidate: Int, production: Int, share: Double) -> Double {
    let (a, b) = (share * 100, (1 - share) * 100)
    var e = 1.0
    for x in 0..<candidate { e *= (a + Double(x)) / (100 + Double(x)) / share }
    for y in 0..<production { e *= (b + Double(y)) / (100 + Double(candidate + y)) / (1 - share) }
    return e
  }

  @Test(arguments: [0.01, 0.05, 0.5, 0.9])
  func evidenceIsTheBetaMixture(share: Double) {
    for (candidate, production) in [(0, 0), (1, 0), (0, 1), (7, 3), (40, 0), (0, 60), (120, 130)] {
      var ratio = SampleRatio(share: share)
      ratio.add(.candidate, count: candidate)
      ratio.add(.production, count: production)
      let known = product(candidate: candidate, production: production, share: share)
      #expect(agrees(Double.exp(ratio.logE), known))
    }
  }

  @Test(arguments: [0.1, 0.5])
  func underTheDesignTheMeanIsOne(share: Double) {
    let mean = (0...60).reduce(0.0) { sum, candidate in
      var ratio = SampleRatio(share: share, concentration: 10)
      ratio.add(.candidate, count: candidate)
      ratio.add(.production, count: 60 - candidate)
      return sum + binomialMass(candidate, of: 60, p: share) * Double.exp(ratio.logE)
    }
    #expect(agrees(mean, 1))
  }

  @Test func sharesStartAnewAndTheirEvidenceAddsUp() {
    var (first, second) = (SampleRatio(share: 0.01), SampleRatio(share: 0.05))
    first.add(.candidate, count: 60)
    first.add(.production, count: 3000)
    second.add(.candidate, count: 300)
    second.add(.production, count: 3000)
    var both = SampleRatio(share: 0.01)
    both.add(.candidate, count: 60)
    both.add(.production, count: 3000)
    both.changeShare(to: 0.05)
    #expect(both.logE == first.logE && both.candidate == 0)
    both.add(.candidate, count: 300)
    both.add(.production, count: 3000)
    #expect(agrees(both.logE, first.logE + second.logE))
    let stored = SampleRatio(
      share: both.share, concentration: both.concentration, candidate: both.candidate, production: both.production,
      logEBefore: both.logEBefore)
    #expect(stored == both && stored.logE == both.logE)
  }

  @Test func onlyABrokenSplitAlarms() {
    var sound = SampleRatio(share: 0.05)
    sound.add(.candidate, count: 500)
    sound.add(.production, count: 9500)
    #expect(!sound.isMismatch)
    var broken = sound
    broken.add(.candidate, count: 200)
    #expect(broken.isMismatch && broken.logE >= SampleRatio.alarm)
    #expect(!SampleRatio(share: 1e-300).isMismatch)
    var none = SampleRatio(share: 0.5)
    for _ in 0..<9 { none.add(.production) }
    #expect(!none.isMismatch && !none.logE.isNaN)
  }
}
