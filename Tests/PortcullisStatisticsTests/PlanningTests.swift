import PortcullisStatistics
import Testing

struct PlanningTests {
  // The examples of reference/statistics.md §12 and §4.
  @Test func sizesEqualTheWorkedExamples() {
    #expect(casesNeeded(discordance: 0.1, margin: 0.03, alpha: 0.05) == 687)
    #expect(agrees(detectableMargin(discordance: 0.1, count: 500, alpha: 0.05), 0.035, decimals: 3))
    #expect(casesNeededGraded(variance: 0.01, margin: 0.03, alpha: 0.05) == 169)
    #expect(leastCasesToPass(margin: 0.03, alpha: 0.05) == 88)
  }

  @Test(arguments: [0.01, 0.05, 0.1, 0.3, 0.9])
  func theLeastNumberOfCasesPassesAndOneFewerDoesNot(margin: Double) {
    let least = leastCasesToPass(margin: margin, alpha: 0.05)
    func verdict(_ n: Int) -> ThreeWay {
      nonInferiority(
        PairTable(both: n, productionOnly: 0, candidateOnly: 0, neither: 0), missing: 0, margin: margin, alpha: 0.05
      ).verdict
    }
    #expect(verdict(least) == .pass)
    #expect(verdict(least - 1) == .inconclusive)
  }

  @Test func noNumberOfCasesSettlesALossAtTheMargin() {
    #expect(casesNeeded(discordance: 0.1, margin: 0.03, trueDifference: -0.03, alpha: 0.05) == nil)
    #expect(casesNeeded(discordance: 0.1, margin: 0.03, trueDifference: -0.1, alpha: 0.05) == nil)
    #expect(casesNeeded(discordance: 0, margin: 0.03, alpha: 0.05) == 1)
    #expect(casesNeeded(discordance: 1, margin: 1e-12, alpha: 0.05) == nil)
    #expect(casesNeededGraded(variance: 1, margin: 1e-12, alpha: 0.05) == nil)
    #expect(detectableMargin(discordance: 0.1, count: 0, alpha: 0.05) == nil)
  }

  // reference/statistics.md §1.5, the table for α = 0.05.
  @Test(arguments: [
    [0.0055746, 0.0482457], [0.00068690, 0.0161445, 0.0450555], [0.000088575, 0.0055435, 0.0218963, 0.0427001],
  ])
  func plannedLooksEqualTheTable(nominal: [Double]) {
    let fractions = (1...nominal.count).map { Double($0) / Double(nominal.count) }
    let looks = groupSequentialLooks(.obrienFleming, alpha: 0.05, fractions: fractions)
    for (look, known) in zip(looks, nominal) { #expect(agrees(look.nominalAlpha, known, within: 1e-5)) }
  }

  // C. Jennison and B. W. Turnbull, 1999: Lan–DeMets Pocock-type spending spends all of α at the end, evenly before.
  @Test func spendingEndsAtAlpha() {
    for spending in Spending.allCases {
      #expect(agrees(spending.spent(alpha: 0.05, fraction: 1), 0.05))
      #expect(spending.spent(alpha: 0.05, fraction: 0.5) < 0.05)
      #expect(agrees(groupSequentialLooks(spending, alpha: 0.05, fractions: [1]).first?.nominalAlpha, 0.05, within: 1e-6))
    }
    #expect(agrees(Spending.pocock.spent(alpha: 0.05, fraction: 0.5), 0.0310057, within: 1e-5))
  }
}
