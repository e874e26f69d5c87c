import PortcullisStatistics
import Testing

/// Counts at the ends of what a run can hold.
private let counts = [0, 1, 2, 1_000_000]

struct JudgeExtremesTests {
  private static let everyLabels = counts.flatMap { truePasses in
    counts.flatMap { falseFails in
      counts.flatMap { trueFails in
        counts.map { JudgeLabels(truePasses: truePasses, falseFails: falseFails, trueFails: trueFails, falsePasses: $0) }
      }
    }
  }

  @Test(arguments: [0.001, 0.05, 0.5])
  func verdictsOnAndByJudgesAreNeverNaN(alpha: Double) {
    let observed = [PairTable(), PairTable(both: 9, productionOnly: 0, candidateOnly: 0, neither: 0)].map {
      nonInferiority($0, missing: 1, margin: 0.05, alpha: alpha)
    }
    for labels in Self.everyLabels {
      let calibration = judgeCalibration(labels, alpha: alpha)
      #expect(hasNoNaN(calibration))
      #expect(labels.hasBothKinds || calibration.verdict == .inconclusive)
      for pairs in observed {
        let scaled = judgeScaledNonInferiority(pairs, labels: labels, margin: 0.05, alpha: alpha)
        #expect(hasNoNaN(scaled))
        #expect(labels.hasBothKinds && pairs.estimate != nil || scaled.verdict == .inconclusive)
        #expect((scaled.scaledMargin ?? 0) > 0 || scaled.verdict == .inconclusive)
      }
      for passed in [0, 1, 1_000_000] {
        #expect(hasNoNaN(roganGladen(passed: passed, of: 1_000_000, labels: labels, alpha: alpha) as Any))
        #expect(hasNoNaN(roganGladenAdjusted(passed: passed, of: 1_000_000, labels: labels, alpha: alpha) as Any))
      }
      let preference = selfPreference(own: labels, others: Self.everyLabels[85], alpha: alpha)
      #expect(hasNoNaN(preference))
      #expect(labels.hasBothKinds || preference.verdict == .inconclusive)
    }
  }

  @Test(arguments: counts, counts)
  func positionBiasIsNeverNaN(consistent: Int, first: Int) {
    for second in counts {
      let result = positionBias(consistent: consistent, first: first, second: second, alpha: 0.05)
      #expect(hasNoNaN(result))
      #expect(consistent + first + second > 0 || result.verdict == .inconclusive)
    }
  }

  @Test(arguments: [-1.0, 0, 1e-9, 1], [-1.0, 0, 1])
  func correctionsByLabelsAreNeverNaN(human: Double, judge: Double) {
    for labelled in [0, 1, 2, 30, 1_000] {
      for unlabelled in [0, 1, 2, 30, 1_000] {
        let sums = LabelledSums(
          human: [Double](repeating: human, count: labelled), judge: [Double](repeating: judge, count: labelled),
          unlabelled: [Double](repeating: judge, count: unlabelled))
        #expect(hasNoNaN(humanCorrectedMean(sums, alpha: 0.05) as Any))
        for missing in [0, 1, 1_000_000] {
          let result = humanCorrectedNonInferiority(sums, missing: missing, margin: 0.05, alpha: 0.05)
          #expect(hasNoNaN(result))
          #expect(labelled >= 30 && unlabelled >= labelled || result.verdict == .inconclusive)
        }
      }
    }
  }

  @Test func ratersAndSlopesAreNeverNaN() {
    for table in [[[0]], [[1]], [[1, 0], [0, 0]], [[0, 1], [1, 0]], [[0, 1_000_000], [0, 1]], [[1_000_000, 1], [0, 0]]] {
      for weights in KappaWeights.allCases { #expect(hasNoNaN(cohenKappa(table, weights: weights) as Any)) }
    }
    for units: [[Double]] in [[], [[]], [[1]], [[1, 2]], [[1, 1], [2]], [[0, 1e-200]], [[-1e9, 1e9], [0, 0]]] {
      #expect(hasNoNaN(gwetAC1(units) as Any))
      for level in MeasurementLevel.allCases { #expect(hasNoNaN(krippendorffAlpha(units, level: level) as Any)) }
    }
    for lengths in [[0, 0, 0], [0, 0, .leastNonzeroMagnitude], [0, 1e-170, 1], [1e15, 1e15, 0], [0, 1e308, 1e307]] {
      for judge in [[0.0, 0, 0], [1, 0, 1], [1e6, -1e6, 0]] {
        #expect(hasNoNaN(verbositySlope(judge: judge, human: [0, 1, 0], lengths: lengths, alpha: 0.05) as Any))
      }
    }
  }

  @Test(arguments: counts, [0.001, 0.05, 1])
  func flakesAndRepeatsAreNeverNaN(count: Int, alpha: Double) {
    for passed in [0, count / 2, count] {
      #expect(hasNoNaN(Flakiness(passed: passed, of: count, alpha: alpha)))
      for k in [1, 2, 1_000_000] {
        #expect(hasNoNaN(passAtK(passed: passed, of: count, k: k) as Any))
        #expect(hasNoNaN(passHatK(passed: passed, of: count, k: k) as Any))
      }
      var sums = RepeatSums()
      for _ in 0..<3 { sums.add(passed: passed, of: count) }
      #expect(hasNoNaN(sums.components as Any))
      #expect(hasNoNaN(sums.components?.intraclassCorrelation as Any))
    }
  }
}
