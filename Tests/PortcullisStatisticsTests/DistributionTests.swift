import PortcullisStatistics
import Testing

// Known values: mpmath 1.4.1 with 40 digits, unless a line says otherwise.
struct DistributionTests {
  @Test(arguments: [
    (1e-20, -9.2623400897984076), (1e-9, -5.9978070150076869), (0.05, -1.6448536269514727), (0.3, -0.52440051270804078),
    (0.95, 1.6448536269514727), (0.5, 0),
  ])
  func normalQuantilesAreRightInTheMiddleAndInTheTails(p: Double, known: Double) {
    #expect(agrees(normalQuantile(p), known))
  }

  @Test func theNormalQuantileKeepsItsDigitsBesideAHalf() {
    // To first order x = (p − ½)·√2π.
    #expect(agrees(normalQuantile(0.5 + 0x1p-40), 0x1p-40 * 2.5066282746310005))
    #expect(agrees(normalQuantile(0.5 - 0x1p-40), -0x1p-40 * 2.5066282746310005))
  }

  @Test func theNormalQuantileUndoesTheDistributionFarOut() {
    for exponent in [10.0, 50, 100, 200, 300] {
      var p = 1.0
      for _ in 0..<Int(exponent) { p /= 10 }
      #expect(agrees(normalCDF(normalQuantile(p)), p))
    }
    #expect(normalQuantile(0) == -.infinity)
    #expect(normalQuantile(1) == .infinity)
  }

  @Test(arguments: [
    (-1000.0, -500007.82669481218), (-5.0, -15.064998393988726), (-4.999, -15.059812373671576), (3.0, -0.0013508099647481938),
    (9.0, -1.1285884059538406e-19),
  ])
  func logNormalProbabilitiesJoinSmoothlyAndNeverUnderflow(x: Double, known: Double) {
    #expect(agrees(normalLogCDF(x), known))
  }

  @Test(arguments: [
    (1_000_000.0, 1_000_000.0, 0.5, 0.5), (1_000_000, 1_000_000, 0.4995, 0.078649577580901816),
    (950_000, 50_001, 0.9503, 0.91652920477937853), (300_000, 700_000, 0.299, 0.014507708297738755),
    (0.5, 0.5, 1e-10, 6.3661977237819167e-6), (0.5, 200, 0.1, 0.99999999991292226),
  ])
  func theIncompleteBetaHoldsToAMillion(a: Double, b: Double, x: Double, known: Double) {
    #expect(agrees(incompleteBeta(x, a: a, b: b), known))
  }

  @Test(arguments: [
    (1.0, 1_000_000.0, 0.05, 5.1293293072049534e-8), (6, 999_995, 0.95, 1.0513005929398718e-5),
    (950_001, 50_000, 0.95, 0.95035802464325762), (0.5, 0.5, 0.001, 2.4673990709169442e-6), (2, 3, 1e-12, 4.0824840157503271e-7),
  ])
  func theInverseOfTheIncompleteBetaHoldsToAMillion(a: Double, b: Double, p: Double, known: Double) {
    #expect(agrees(inverseIncompleteBeta(p, a: a, b: b), known))
  }

  // The last row: SciPy 1.17.
  @Test(arguments: [
    (0.05, 1.0, 6.3137515146750431), (0.000001, 1, 318309.88618274347), (0.05, 2.5, 2.5582186141359366),
    (0.3, 3, 0.58438972743981867), (0.05, 40, 1.6838510133356526), (0.025, 1000, 1.9623390808264085),
    (1e-12, 30, 11.397217523311411), (0.05, 1_000_000, 1.6448551507220406),
  ])
  func studentQuantilesHoldFromOneDegreeToAMillion(tail: Double, degrees: Double, known: Double) {
    #expect(agrees(studentQuantile(tail, degrees: degrees), -known))
    #expect(agrees(studentCDF(-known, degrees: degrees), tail))
  }

  @Test func theStudentQuantileKeepsItsDigitsBesideAHalf() {
    // To first order t = (p − ½)/f(0), and f(0) = 8/(3π√5) at five degrees.
    #expect(agrees(studentQuantile(0.5 + 0x1p-40, degrees: 5), 0x1p-40 * 3 * Double.pi * 5.0.squareRoot() / 8))
  }

  @Test func studentQuantilesAreSymmetricAndKnowTheirEnds() {
    #expect(studentQuantile(0.75, degrees: 7) == -studentQuantile(0.25, degrees: 7))
    #expect(studentQuantile(0.5, degrees: 3) == 0)
    #expect(studentQuantile(0, degrees: 3) == -.infinity)
    #expect(studentQuantile(1, degrees: 3) == .infinity)
    #expect(studentCDF(0, degrees: 5) == 0.5)
    #expect(studentCDF(.infinity, degrees: 5) == 1)
    #expect(studentCDF(-.infinity, degrees: 5) == 0)
  }

  @Test(arguments: [
    (0, 10, 0.5, 0.0009765625), (3, 20, 0.1, 0.86704667656566492), (150, 200, 0.8, 0.049353332381818096),
    (30, 1000, 0.05, 0.0012770679174798374),
  ])
  func binomialProbabilitiesEqualTheSumOfTheirTerms(k: Int, n: Int, p: Double, known: Double) {
    #expect(agrees(binomialCDF(k, of: n, p: p), known))
    #expect(agrees((0...k).reduce(0) { $0 + binomialMass($1, of: n, p: p) }, known))
    #expect(abs(binomialUpperTail(k + 1, of: n, p: p) - (1 - known)) < 1e-12)
  }

  @Test func binomialProbabilitiesEndAtNoneAndAll() {
    #expect(binomialUpperTail(0, of: 5, p: 0.3) == 1)
    #expect(binomialUpperTail(6, of: 5, p: 0.3) == 0)
    #expect(binomialCDF(-1, of: 5, p: 0.3) == 0)
    #expect(binomialCDF(0, of: 0, p: 0.3) == 1)
    #expect(binomialMass(0, of: 5, p: 0) == 1)
    #expect(binomialMass(4, of: 5, p: 1) == 0)
  }

  @Test func aSingleBinomialProbabilityHoldsAtAMillion() {
    #expect(agrees(binomialMass(500_000, of: 1_000_000, p: 0.5), 0.00079788436133175009, within: 1e-13))
    #expect(agrees(binomialMass(3, of: 100, p: 0.1), 0.0058916024693043827))
  }

  // The published test values of SplitMix64 for the seed 1234567.
  @Test func theSeededSequenceIsThePublishedOne() {
    var generator = SplitMix64(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.next() == 9_817_491_932_198_370_423)
  }

  @Test func indicesBelowANumberCoverItEvenly() {
    var generator = SplitMix64(seed: 9)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<7_000 { counts[generator.below(7)] += 1 }
    // Five standard deviations of Bin(7000, 1/7).
    #expect(counts.allSatisfy { abs($0 - 1_000) < 147 })
  }
}
