import PortcullisCalculator
import PortcullisCore
import PortcullisStatistics
import Testing

@Suite struct SingleRateTests {
  // The lower limit by scipy 1.17's beta.ppf(0.05, 47, 4).
  @Test func theSentenceNamesVerdictRateLimitAndWhatWouldSettleIt() throws {
    let rate = try SingleRate(parsing: "47/50", alpha: 0.05)
    #expect(abs(rate.lower - 0.8521628236358187) < 1e-12)
    #expect(
      rate.sentence(min: 0.9)
        == "Undecided: 47 of 50 is 94 %, and a true rate as low as 85.2 % cannot be excluded at 5 %, with 90 % demanded; "
        + "Wilson interval 85.9 % to 97.6 %, 90 % confidence; about 167 trials at this rate would settle it.")
  }

  @Test(arguments: [
    ("47/50", 0.8, ThreeWay.pass), ("47/50", 0.9, .inconclusive), ("47/50", 0.99, .fail), ("0/5", 0.5, .fail), ("5/5", 0.5, .pass),
    ("29/29", 0.9, .pass), ("28/28", 0.9, .inconclusive), ("0/1", 0.9, .inconclusive),
  ])
  func theVerdictIsThatOfTheExactLimits(_ row: (text: String, min: Double, verdict: ThreeWay)) throws {
    #expect(try SingleRate(parsing: row.text, alpha: 0.05).verdict(min: row.min) == row.verdict)
  }

  @Test(arguments: [("47/50", 0.9), ("3/50", 0.1), ("1/1", 0.9), ("0/1", 0.1), ("600/1000", 0.59), ("999999/1000000", 0.999999)])
  func theNumberThatSettlesItDoesSo(_ row: (text: String, min: Double)) throws {
    let rate = try SingleRate(parsing: row.text, alpha: 0.05)
    try #require(rate.verdict(min: row.min) == .inconclusive)
    guard let trials = rate.trialsToSettle(min: row.min) else {
      #expect(rate.estimate == row.min)
      return
    }
    let passes = Int((rate.estimate * Double(trials)).rounded())
    #expect(try SingleRate(parsing: "\(passes)/\(trials)", alpha: 0.05).verdict(min: row.min) != .inconclusive)
  }

  @Test func aRateOnItsLimitIsNeverSettled() throws {
    let rate = try SingleRate(parsing: "45/50", alpha: 0.05)
    #expect(rate.trialsToSettle(min: 0.9) == nil)
    #expect(rate.sentence(min: 0.9).hasSuffix("; no number of trials at this rate would settle it."))
  }

  @Test(arguments: [
    ("51/50", "'51/50' has more passes than trials; write passes first, as in '47/50'"),
    ("0/0", "'0/0' has no trial; a rate needs at least one"),
    ("a/b", "'a/b' is no rate; write passes and trials as whole numbers, as in '47/50'"),
    ("-1/5", "'-1/5' is no rate; write passes and trials as whole numbers, as in '47/50'"),
    ("4.7/5", "'4.7/5' is no rate; write passes and trials as whole numbers, as in '47/50'"),
    ("47", "'47' is no rate; write passes and trials as whole numbers, as in '47/50'"),
    ("/", "'/' is no rate; write passes and trials as whole numbers, as in '47/50'"),
    ("1/2/3", "'1/2/3' is no rate; write passes and trials as whole numbers, as in '47/50'"),
    ("1/99999999999999999999", "'1/99999999999999999999' has more than 1000000000 trials, the most this counts"),
    ("+1/5", "'+1/5' is no rate; write passes and trials as whole numbers, as in '47/50'"),
  ])
  func whatIsNoRateIsRefused(_ row: (text: String, says: String)) {
    #expect { try SingleRate(parsing: row.text, alpha: 0.05) } throws: { "\($0)" == row.says }
  }

  @Test func programsGetTheSameFacts() throws {
    let rate = try SingleRate(parsing: "47/50", alpha: 0.05)
    let json = rate.json(min: 0.9)
    #expect(json["verdict"] == .string("inconclusive") && json["min"] == .double(0.9) && json["lower"] == .double(rate.lower))
    #expect(json["trials_to_settle"]?.int == rate.trialsToSettle(min: 0.9))
    #expect(json["sentence"] == .string(rate.sentence(min: 0.9)))
    #expect(rate.json(min: nil)["verdict"] == nil)
    #expect(rate.json(min: 0.8)["trials_to_settle"] == nil)
  }

  @Test(arguments: [("999999/1000000", "99.9999 %"), ("1/1000000", "0.0001 %"), ("50/50", "100 %"), ("0/50", "0 %"), ("1/3", "33.3 %")])
  func noRateIsRoundedToAnEndThatItIsNot(_ row: (text: String, percent: String)) throws {
    let rate = try SingleRate(parsing: row.text, alpha: 0.05)
    #expect(rate.sentence(min: nil).contains(" is \(row.percent); "), "\(rate.sentence(min: nil))")
  }
}
