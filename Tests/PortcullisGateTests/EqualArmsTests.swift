import Testing

@testable import PortcullisGate

// All tables (b, c) of n pairs with P(b) = P(c) = ψ/2, each judged by Tango's score as statistics.md §4 writes it; Python, scipy 1.10.
@Test(arguments: [
  (count: 60, discordance: 0.1, margin: 0.05, pass: 0.2946391984563338, fail: 0.04937656613996274),
  (count: 60, discordance: 0.1, margin: 0.10, pass: 0.7194860052296642, fail: 0.012534317683977511),
  (count: 100, discordance: 0.2, margin: 0.10, pass: 0.7074380294800462, fail: 0.0167556441934186),
  (count: 60, discordance: 0, margin: 0.05, pass: 1, fail: 0), (count: 51, discordance: 0, margin: 0.05, pass: 0, fail: 0),
])
func theChancesOfEqualModelsAreThoseOfAllTables(_ row: (count: Int, discordance: Double, margin: Double, pass: Double, fail: Double)) {
  let chances = EqualArms(count: row.count, discordance: row.discordance, margin: row.margin, wrongPass: 0.05, wrongFail: 0.05)
  #expect(abs(chances.pass - row.pass) < 1e-9)
  #expect(abs(chances.fail - row.fail) < 1e-9)
  #expect(abs(chances.inconclusive - (1 - row.pass - row.fail)) < 1e-9)
}
