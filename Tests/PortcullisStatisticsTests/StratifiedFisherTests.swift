import PortcullisStatistics
import Testing

private typealias Stratum = StratifiedFisher.Stratum

private func worse(_ strata: [(Stratum, Int)]) -> Double { StratifiedFisher(strata.map { (stratum: $0.0, count: $0.1) }).worse }

private func stratum(_ candidate: Int, _ production: Int, of trials: Int = 4) -> Stratum {
  Stratum(candidatePassed: candidate, of: trials, productionPassed: production, of: trials)
}

@Test func aSingleCaseIsFishersTest() {
  for trials in 1...6 {
    for candidate in 0...trials {
      for production in 0...trials {
        let alone = FisherTest(candidatePassed: candidate, of: trials, productionPassed: production, of: trials)
        #expect(abs(worse([(stratum(candidate, production, of: trials), 1)]) - alone.worse) < 1e-14)
      }
    }
  }
}

// By hand: two cases of 0 of 4 against 4 of 4 are both at their least with probability 1/70². 1 and 4 of 4 have 5 passes: P(1) = C(4,1)·C(4,4)/C(8,5)
// = 4/56 is the least; 2 and 4 have 6: P(2) = C(4,2)/C(8,6) = 6/28. The sum of both is least with 4/56·6/28.
@Test func casesMultiplyAtTheirLeast() {
  #expect(abs(worse([(stratum(0, 4), 2)]) - 1 / 4900) < 1e-15)
  #expect(abs(worse([(stratum(1, 4), 1), (stratum(2, 4), 1)]) - 4.0 / 56 * 6 / 28) < 1e-15)
  #expect(worse([]) == 1)
  #expect(worse([(stratum(4, 4), 9)]) == 1)
}

/// Every way in which the passes of each case could have fallen, weighted by binomial coefficients.
private func enumerated(_ strata: [Stratum]) -> Double {
  func choose(_ n: Int, _ k: Int) -> Double { k < 0 || k > n ? 0 : (0..<k).reduce(1) { $0 * Double(n - $1) / Double($1 + 1) } }
  let seen = strata.reduce(0) { $0 + $1.candidatePassed }
  func below(_ rest: ArraySlice<Stratum>, _ sum: Int) -> Double {
    guard let next = rest.first else { return sum <= seen ? 1 : 0 }
    let passes = next.candidatePassed + next.productionPassed
    return (0...next.candidateTrials).reduce(0) { total, hits in
      let ways = choose(next.candidateTrials, hits) * choose(next.productionTrials, passes - hits)
      return total + ways / choose(next.candidateTrials + next.productionTrials, passes) * below(rest.dropFirst(), sum + hits)
    }
  }
  return below(strata[...], 0)
}

@Test(arguments: 0..<40 as Range<UInt64>)
func theConvolutionIsTheSumOverAllTables(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let strata = (0..<(1 + random.below(5))).map { _ in
    let (candidate, production) = (1 + random.below(5), 1 + random.below(5))
    return Stratum(
      candidatePassed: random.below(candidate + 1), of: candidate, productionPassed: random.below(production + 1), of: production)
  }
  #expect(abs(worse(strata.map { ($0, 1) }) - enumerated(strata)) < 1e-13)
  #expect(worse(strata.map { ($0, 1) }) == worse(strata.reversed().map { ($0, 1) }))
}

@Test func equalCasesMayBeCountedOrListed() {
  let listed = Array(repeating: (stratum(2, 3), 1), count: 37) + Array(repeating: (stratum(3, 3), 1), count: 5)
  #expect(worse(listed) == worse([(stratum(3, 3), 5), (stratum(2, 3), 37)]))
}

// A binomial's normal limit: 2 · 50 000 cases of 3 passes in 8 trials, mean 1.5, variance 4·3·4·5/(64·7) = 0.5357 each.
@Test func aHundredThousandCasesAreNoBurden() {
  let p = worse([(stratum(1, 2), 50_000), (stratum(2, 1), 50_000)])
  #expect(p > 0.5 && p < 0.502)
}
