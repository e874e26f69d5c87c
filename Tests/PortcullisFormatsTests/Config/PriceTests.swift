import PortcullisCore
import Testing

@testable import PortcullisFormats

// 10⁹ nano-units a unit: 0.15 for 10⁶ tokens are 0.15 · 10⁹ / 10⁶ = 150 a token.
@Test(arguments: [
  ("0.15", 1_000_000, 150), ("0.40", 1_000_000, 400), ("1.600", 1_000_000, 1600), ("15", 1_000_000, 15000), ("0", 1_000_000, 0),
  ("0.001", 1_000_000, 1), ("0.002", 1000, 2000), ("0.00000015", 1, 150), ("0.000000001", 1, 1), ("0.0003", 3, 100_000),
])
func pricesAreExactNanoUnitsAToken(row: (text: String, tokens: Int, nano: Int)) throws {
  #expect(try nanoPerToken(row.text, per: row.tokens) == row.nano)
}

@Test(arguments: [
  ("0.0001", 1_000_000, "'0.0001' for 1000000 tokens is no whole number of nano-units a token"),
  ("1", 3, "'1' for 3 tokens is no whole number of nano-units a token"),
  ("-1", 1_000_000, "'-1' is no price"), ("1e-3", 1_000_000, "'1e-3' is no price"), (".5", 1_000_000, "'.5' is no price"),
  ("5.", 1_000_000, "'5.' is no price"), ("0.15 USD", 1_000_000, "'0.15 USD' is no price"), (".nan", 1_000_000, "'.nan' is no price"),
  ("", 1_000_000, "'' is no price"), ("1234567890123456789", 1_000_000, "'1234567890123456789' is no price"),
  ("2000", 1, "'2000' for 1 tokens is more than 1000 a token"),
])
func pricesThatAreNotExactAreRefused(row: (text: String, tokens: Int, message: String)) {
  let objection = #expect(throws: Objection.self) { try nanoPerToken(row.text, per: row.tokens) }
  #expect(objection?.message == row.message)
}
