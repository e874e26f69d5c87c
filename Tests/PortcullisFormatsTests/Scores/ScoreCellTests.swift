import PortcullisCore
import Testing

@testable import PortcullisFormats

struct ScoreCellTests {
  private func read(_ text: String, _ kind: (UnsafeRawBufferPointer) -> ScoreValue) throws -> ScoreCell {
    try Array(text.utf8).withUnsafeBytes { try ScoreCell(kind($0)) }
  }

  @Test(arguments: [
    ("0", 0), ("1", 1_000_000_000), ("0.5", 500_000_000), ("1.0", 1_000_000_000), ("1.000", 1_000_000_000), ("0.123456789", 123_456_789),
    ("0.1234567894", 123_456_789), ("0.1234567896", 123_456_790), ("0.9999999999", 1_000_000_000), ("1e-3", 1_000_000),
    ("1E0", 1_000_000_000),
    ("-0", 0), ("-0.0", 0), ("0.8437461234567891", 843_746_123), ("0.0000000004", 0), ("0.0000000005000000001", 1),
  ])
  func numbersAreRoundedToBillionths(_ row: (text: String, steps: Int32)) throws {
    #expect(try read(row.text) { .number($0) } == .scored(row.steps, isBool: false))
    #expect(try read(row.text) { .cell($0) } == .scored(row.steps, isBool: false))
  }

  /// The fast way against `Double`'s own reading, which is the definition.
  @Test(arguments: 0..<100)
  func everyNumberIsRoundedAsItsDoubleIs(seed: UInt64) throws {
    var draws = Draws(seed)
    for _ in 0..<200 {
      let digits = (0..<1 + draws.below(20)).map { _ in String(draws.below(10)) }.joined()
      let near = draws.below(3) == 0 ? String(digits.prefix(9)) + "5" + String(repeating: "0", count: draws.below(6)) + "1" : digits
      let text = "0." + near
      let wanted = Int32(((Double(text) ?? .nan) * 1e9).rounded())
      #expect(try read(text) { .number($0) } == .scored(wanted, isBool: false), "\(text)")
    }
  }

  @Test(arguments: [("true", true), ("True", true), ("TRUE", true), ("false", false), ("False", false), ("FALSE", false)])
  func tablesSpellTruthInThreeWays(_ row: (text: String, truth: Bool)) throws {
    #expect(try read(row.text) { .cell($0) } == .scored(row.truth ? 1_000_000_000 : 0, isBool: true))
  }

  @Test func nothingIsMissing() throws {
    #expect(try ScoreCell(.null) == .missing)
    #expect(try ScoreCell(.absent) == .missing)
    #expect(try read("") { .cell($0) } == .missing)
  }

  @Test(arguments: [
    ("87", "is 87; it must lie from 0 to 1"), ("1.0000001", "is 1.0000001; it must lie from 0 to 1"),
    ("-0.1", "is -0.1; it must lie from 0 to 1"),
    ("-1e-300", "is -1e-300; it must lie from 0 to 1"), ("0x1", "is '0x1'; it must be a number"), ("1,0", "is '1,0'; it must be a number"),
    (" 1 ", "is ' 1 '; it must be a number"), ("1e400", "is '1e400'; it must be a number"), ("nan", "is 'nan'; it must be a number"),
    ("NaN", "is 'NaN'; it must be a number"), ("None", "is 'None'; it must be a number"), ("tRUE", "is 'tRUE'; it must be a number"),
    ("yes", "is 'yes'; it must be a number"), (".5", "is '.5'; it must be a number"), ("1.", "is '1.'; it must be a number"),
    ("01", "is '01'; it must be a number"), ("+1", "is '+1'; it must be a number"), ("85%", "is '85%'; it must be a number"),
    ("0.5 ", "is '0.5 '; it must be a number"), ("１", "is '１'; it must be a number"),
  ])
  func whatIsNoScoreIsRefusedInATable(_ row: (text: String, says: String)) {
    #expect { try read(row.text) { .cell($0) } } throws: { ($0 as? ValueProblem)?.message.hasPrefix(row.says) ?? false }
  }

  @Test func aScoreInQuotesIsNoNumber() {
    #expect { try read("0.9") { .text($0) } } throws: { ($0 as? ValueProblem)?.help == "write it without quotes" }
  }

  /// Ids by the fast way and by Core's rules.
  @Test(arguments: 0..<100)
  func idsAreTakenAsCoreTakesThem(seed: UInt64) {
    var draws = Draws(seed)
    for _ in 0..<100 {
      let base = draws.one(of: [
        "question-12", "a b", "é-1", "x..y", "", " a", String(repeating: "z", count: 200), "a\u{200B}b", "e\u{301}",
      ])
      let text = String(decoding: draws.mutated(Array(base.utf8), alphabet: "a. -\u{7F}é"), as: UTF8.self)
      let found: String? = Array(text.utf8).withUnsafeBytes { problem(inID: $0) }
      #expect(found == problem(inID: text), "\(String(reflecting: text))")
    }
  }
}
