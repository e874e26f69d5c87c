import Testing

@testable import PortcullisGate

// All tables (b, c) of n pairs with P(b) = (ψ − Δ)/2 and P(c) = (ψ + Δ)/2, each judged by Tango's score as statistics.md §4 writes it; Python,
// scipy 1.10 and 1.17.
@Test(arguments: [
  (count: 60, discordance: 0.1, difference: 0.0, margin: 0.05, pass: 0.2946391984563338, fail: 0.04937656613996274),
  (count: 60, discordance: 0.1, difference: 0, margin: 0.10, pass: 0.7194860052296642, fail: 0.012534317683977511),
  (count: 100, discordance: 0.2, difference: 0, margin: 0.10, pass: 0.7074380294800462, fail: 0.0167556441934186),
  (count: 60, discordance: 0, difference: 0, margin: 0.05, pass: 1, fail: 0),
  (count: 51, discordance: 0, difference: 0, margin: 0.05, pass: 0, fail: 0),
  (count: 60, discordance: 0.1, difference: -0.05, margin: 0.05, pass: 0.04195686025487234, fail: 0.3308053101584983),
  (count: 100, discordance: 0.2, difference: -0.1, margin: 0.10, pass: 0.04918309703068636, fail: 0.5424317633379281),
  (count: 100, discordance: 0.2, difference: 0.05, margin: 0.10, pass: 0.9542509602413767, fail: 0.0005085970567881943),
  (count: 687, discordance: 0.1, difference: 0, margin: 0.03, pass: 0.7922913679193566, fail: 0.0067270166999908254),
])
func theChancesAreThoseOfAllTables(
  _ row: (count: Int, discordance: Double, difference: Double, margin: Double, pass: Double, fail: Double)
) {
  let chances = PairedChances(
    count: row.count, discordance: row.discordance, difference: row.difference, margin: row.margin, wrongPass: 0.05, wrongFail: 0.05)
  #expect(abs(chances.pass - row.pass) < 1e-9)
  #expect(abs(chances.fail - row.fail) < 1e-9)
  #expect(abs(chances.inconclusive - (1 - row.pass - row.fail)) < 1e-9)
  guard row.difference == 0 else { return }
  let pass = PairedChances.pass(count: row.count, discordance: row.discordance, margin: row.margin, wrongPass: 0.05)
  #expect(abs(pass - row.pass) < 1e-9)
}
