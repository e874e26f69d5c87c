import PortcullisGate
import Testing

private func table(_ question: SizeTable.Question, _ margins: [Double], difference: Double = 0, power: Double = 0.8) -> [SizeTable.Row] {
  SizeTable(question, margins: margins, difference: difference, alpha: 0.05, wrongFail: 0.05, power: power).rows
}

// z²ψ/δ² with z = 1.6449 + 0.8416, and z²(1 − δ)/δ without a difference: statistics.md §12 names 687, formats.md §6 names 52 and 133.
@Test func passRatesNeedTheCasesOfTheFormulaAndNeverFewerThanCleanOnes() {
  let rows = table(.passRate(discordances: [0.02, 0.05, 0.10, 0.20]), [0.02, 0.03, 0.05])
  #expect(rows.map(\.least) == [133, 88, 52])
  #expect(rows[1].cells.map(\.cases) == [138, 344, 687, 1374])
  #expect(rows[2].cells.map(\.cases) == [52, 124, 248, 495])
  #expect(rows[2].cells[0].byFormula == 50)
  #expect(rows[1].cells[2].byFormula == nil)
}

// All tables of 687 pairs; Python.
@Test func theChancesOnSoManyCasesAreSummed() throws {
  let cell = table(.passRate(discordances: [0.10]), [0.03])[0].cells[0]
  let chances = try #require(cell.chances)
  #expect(abs(chances.pass - 0.7922913679193566) < 1e-9)
  #expect(abs(chances.fail - 0.0067270166999908254) < 1e-9)
}

// z²(ψ − Δ²)/(δ + Δ)² at Δ = −0.01: 6.1826·0.0999/0.0004 = 1544.1.
@Test func anAssumedLossLeavesLessRoom() {
  let rows = table(.passRate(discordances: [0.10]), [0.01, 0.03], difference: -0.01)
  #expect(rows.map { $0.cells[0].cases } == [nil, 1545])
}

// statistics.md §12: v 0.01, δ 0.03: 169 cases, of which 69 by the formula without the pseudo-cluster.
@Test func gradesNeedTheCasesOfTheAugmentedBound() {
  let cell = table(.graded(variance: 0.01), [0.03])[0].cells[0]
  #expect(cell.cases == 169)
  #expect(cell.byFormula == 69)
}

// z²(ω² + 2σ²/K)/δ²: 6.1826·(0.004 + 0.02)/0.0025 = 59.4, and with four trials 6.1826·0.009/0.0025 = 22.3.
@Test func repeatsAverageOutTheNoiseWithinCasesAlone() {
  let cells = table(.repeated(variance: 0.004, noise: 0.01, trials: [1, 4]), [0.05])[0].cells
  #expect(cells.map(\.byFormula) == [60, 23])
  #expect(cells.map(\.column) == [1, 4])
}

// Design effect 1 + 9·0.05 = 1.45 (statistics.md §12): 687 independent cases are 997 in clusters; the bound of §5 asks for more.
@Test func clustersMultiplyTheCases() throws {
  let cell = table(.clustered(discordances: [0.10], size: 10, variation: 0, icc: 0.05), [0.03])[0].cells[0]
  #expect(cell.byFormula == 997)
  let cases = try #require(cell.cases)
  #expect(cases > 997 && cases % 10 == 0)
}

// statistics.md §12: p 0.9, δ 0.03, one to one: 1237 an arm.
@Test func unpairedArmsNeedFarMore() {
  #expect(table(.unpaired(rates: [0.9], ratio: 1), [0.03])[0].cells[0].cases == 1237)
}
