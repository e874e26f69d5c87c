import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisReports

struct DecisionJSONTests {
  /// formats.md §9, word for word; `unit`, `clusters`, `attempt` and `further` are ours, so that a recorded decision can be reported again.
  @Test(arguments: Sample.allCases)
  func membersAreThoseOfTheFormatInItsOrder(_ sample: Sample) throws {
    let json = try JSON(parsing: try rendered(.json, sample.input))
    #expect(
      names(json) == [
        "schema", "run", "stage", "verdict", "exit_code", "sentence", "rulings", "arms", "churn", "review", "waivers", "guarantees",
        "clusters", "attempt", "digests", "git", "seed",
      ])
    for ruling in json["rulings"]?.array ?? [] {
      #expect(
        names(ruling) == [
          "rule", "metric", "slice", "verdict", "reason", "sentence", "estimate", "interval", "n", "missing", "limit", "unit", "method",
          "witnesses",
          "next", "advisory", "waived",
        ])
    }
    #expect(
      names(json["arms"]?["candidate"]).prefix(11) == [
        "target", "target_digest", "planned", "answered", "scored", "passed", "reused", "further", "failures", "cost_micro_usd", "tokens",
      ])
    #expect(names(json["digests"]) == ["evalsets", "policy", "judges", "portcullis"])
    #expect(names(json["review"]) == ["required", "decided"])
  }

  @Test func whatIsNotKnownIsNull() throws {
    let json = try JSON(parsing: try rendered(.json, Sample.noProduction.input))
    #expect(json["churn"]?.isNull == true)
    #expect(json["arms"]?["production"] == nil)
    #expect(json["rulings"]?.array?.last?["interval"]?.isNull == true)
    let lost = try JSON(parsing: try rendered(.json, Sample.inconclusive.input))
    #expect(lost["arms"]?["candidate"]?["cost_micro_usd"]?.isNull == true)
  }

  @Test func numbersThatJSONCannotHoldAreNull() throws {
    var input = Sample.pass.input
    input.decision.rulings = [
      Ruling(
        rule: "r", verdict: .inconclusive, reason: .tooFewCases, sentence: "s", estimate: .nan,
        interval: .init(lower: -.infinity, upper: nil), limit: .infinity, method: "m")
    ]
    let ruling = try #require(try JSON(parsing: try rendered(.json, input))["rulings"]?.array?.first)
    #expect(ruling["estimate"]?.isNull == true && ruling["limit"]?.isNull == true)
    #expect(ruling["interval"]?.array?.map(\.isNull) == [true, true])
  }

  @Test func otherCurrenciesAreNotCalledDollars() throws {
    var input = Sample.pass.input
    input.decision.context.currency = "EUR"
    let arm = try JSON(parsing: try rendered(.json, input))["arms"]?["candidate"]
    #expect(arm?["cost_micro_usd"]?.isNull == true)
    #expect(arm?["cost_micro_eur"]?.int == 5080)
  }

  @Test(arguments: Sample.allCases)
  func aRecordedDecisionIsReportedAsItWasMade(_ sample: Sample) throws {
    var input = sample.input
    for (currency, isPriced) in [("USD", true), ("EUR", true), ("EUR", false), (nil, false)] {
      input.decision.context.currency = currency
      if !isPriced { for arm in input.decision.arms.indices { input.decision.arms[arm].costMicro = nil } }
      let written = try rendered(.json, input)
      var again = input
      again.decision = try #require(Decision(json: try JSON(parsing: written)))
      #expect(try rendered(.json, again) == written)
      for format in [ReportFormat.terminal, .junit, .markdown] { #expect(try rendered(format, again) == (try rendered(format, input))) }
    }
  }

  @Test(arguments: ["verdict", "exit_code", "stage", "sentence", "rulings", "arms", "digests", "run"])
  func aRecordWithoutWhatDecidesIsNoDecision(_ name: String) throws {
    var object = try #require(try JSON(parsing: try rendered(.json, Sample.pass.input)).object)
    object[name] = .string("?")
    #expect((Decision(json: .object(object)) == nil) == !["stage", "sentence"].contains(name))
    object[name] = nil
    #expect(Decision(json: .object(object)) == nil)
  }

  @Test func theRunItselfDoesNotEnter() throws {
    var other = Sample.pass.input
    other.run = RunSummary(id: other.run.id, started: "2027-01-01T00:00:00Z", duration: .seconds(9), host: "h", evalsets: [], cases: 0)
    #expect(try rendered(.json, other) == (try rendered(.json, Sample.pass.input)))
  }

  @Test func aRunWithoutADecisionIsTheCandidateArm() throws {
    let input = Sample.pass.input
    let text = runJSON(
      run: input.run.id, exitCode: .pass, arm: input.decision.arms[0], target: input.decision.context.target(of: .candidate),
      currency: "USD")
    expectSnapshot("run.json", text)
    #expect(names(try JSON(parsing: text)) == ["schema", "run", "exit_code", "arms"])
  }
}

private func names(_ json: JSON?) -> [String] { json?.object?.members.map(\.name) ?? [] }
