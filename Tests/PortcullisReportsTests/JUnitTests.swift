import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisReports

struct JUnitTests {
  @Test(arguments: Sample.allCases)
  func countsAreThoseOfTheElements(_ sample: Sample) throws {
    let found = try parsed(try rendered(.junit, sample.input))
    let root = try #require(found.elements.first)
    for (name, attribute) in [("testcase", "tests"), ("failure", "failures"), ("error", "errors"), ("skipped", "skipped")] {
      #expect(root.attributes[attribute] == String(found.count(name)))
      let suites = found.elements.filter { $0.name == "testsuite" }.compactMap { Int($0.attributes[attribute] ?? "") }
      #expect(suites.reduce(0, +) == found.count(name))
    }
  }

  @Test(arguments: Sample.allCases)
  func namesAreUniqueWithinTheirClass(_ sample: Sample) throws {
    let cases = try parsed(try rendered(.junit, sample.input)).elements.filter { $0.name == "testcase" }
    let names = cases.map { "\($0.attributes["classname"] ?? "")/\($0.attributes["name"] ?? "")" }
    #expect(Set(names).count == names.count)
  }

  /// `x#2` is the second trial of `x` and also a possible id.
  @Test func anIdThatLooksLikeARepeatMeetsNoOtherName() throws {
    let ids = ["x", "x#2", "x#2#1"]
    let input = report(of: ids.map { name in CaseResult(id: id(name), evalset: "e", trials: [passed(0), passed(1)]) })
    let names = try parsed(try rendered(.junit, input)).elements.filter { $0.attributes["classname"] == "e" }.compactMap {
      $0.attributes["name"]
    }
    #expect(names == ["x", "x#2", "x#2#1", "x#2#2", "x#2#1#1", "x#2#1#2"])
  }

  @Test func aShutGateIsRedThoughEveryRulingPasses() throws {
    for (verdict, exit) in [(Verdict.inconclusive, ExitCode.inconclusive), (.pass, .budgetSpent), (.review, .review), (.fail, .fail)] {
      var input = report(of: [])
      input.decision.verdict = verdict
      input.decision.exitCode = exit
      let found = try parsed(try rendered(.junit, input))
      #expect(found.count("failure") + found.count("error") == 1)
      #expect(found.count("failure") == (verdict == .fail ? 1 : 0))
    }
  }

  @Test func anOpenGateIsGreen() throws {
    let found = try parsed(try rendered(.junit, report(of: [CaseResult(id: id("a"), evalset: "e", trials: [passed(0)])])))
    #expect(found.count("failure") + found.count("error") + found.count("skipped") == 0)
    #expect(found.count("testcase") == 2)
  }

  @Test func advisoryAndWaivedRulingsNeverFail() throws {
    let waiver = Waiver(rule: "latency", by: "Ana", reason: "the region moves", expires: "2026-12-31")
    for (advisory, waiver) in [(true, nil), (false, waiver)] {
      var input = report(of: [])
      let ruling = Ruling(
        rule: "latency", verdict: .fail, reason: .beyondLimit, sentence: "too slow", method: "m", advisory: advisory, waiver: waiver)
      input.decision.rulings = [ruling]
      let found = try parsed(try rendered(.junit, input))
      #expect(found.count("failure") == 0 && found.count("error") == 0)
      #expect(found.text.contains("too slow"))
    }
  }

  @Test func holdIsAnErrorAndNeverSkipped() throws {
    var input = report(of: [])
    input.decision.rulings = [Verdict.review, .inconclusive].map {
      Ruling(rule: "review", verdict: $0, reason: .missingEvidence, sentence: "people have not decided", method: "m")
    }
    let found = try parsed(try rendered(.junit, input))
    #expect(found.count("error") == 2 && found.count("skipped") == 0)
    #expect(found.elements.contains { $0.attributes["name"] == "review #2" })
  }

  @Test func longNamesThatAreCutAlikeStayApart() throws {
    var input = report(of: [])
    input.decision.rulings = ["a", "b"].map { end in
      Ruling(
        rule: "r", slice: Case.Tag(name: "s", value: String(repeating: "x", count: 400) + end), verdict: .pass, reason: .holds,
        sentence: "s",
        method: "m")
    }
    let names = try parsed(try rendered(.junit, input)).elements.compactMap { $0.name == "testcase" ? $0.attributes["name"] : nil }
    #expect(names.count == 3 && Set(names).count == 3)
  }

  @Test func aFailingProductionTrialIsNoFailure() throws {
    let trials = [passed(0), CaseResult.Trial(arm: .production, outcome: .fail(reason: "wrong"))]
    let found = try parsed(try rendered(.junit, report(of: [CaseResult(id: id("a"), evalset: "e", trials: trials)])))
    #expect(found.count("failure") == 0)
    #expect(found.text.contains("production: fail: wrong"))
  }

  @Test func bodiesAreCapped() throws {
    let trial = CaseResult.Trial(arm: .candidate, outcome: .fail(reason: Hostile.longline.text), reasons: [Hostile.longline.text])
    let input = report(of: [CaseResult(id: id("a"), evalset: "e", trials: [trial])])
    #expect(try rendered(.junit, input).utf8.count < 8000)
  }

  @Test func aMillionCasesWouldNotBeHeldInMemory() throws {
    var input = report(of: [])
    input.cases = { each in
      for number in 0..<3000 { try each(CaseResult(id: id("case-\(number)"), evalset: "e", trials: [passed(0)])) }
    }
    var sink = MeasuringSink()
    try JUnitReport().write(input, to: &sink)
    #expect(sink.pieces > 3000 && sink.longest < 2000)
  }

  @Test func aFullDiskIsNotSwallowed() {
    for format in ReportFormat.allCases {
      var sink = FailingSink()
      #expect(throws: FailingSink.Full.self) { try render(format, Sample.pass.input, to: &sink) }
    }
  }

  @Test func aSourceThatChangesIsRefused() throws {
    var calls = 0
    var input = report(of: [])
    input.cases = { each in
      calls += 1
      for name in calls == 1 ? ["e"] : ["e", "f"] { try each(CaseResult(id: id("a"), evalset: name, trials: [])) }
    }
    #expect(throws: CasesChanged.self) { try rendered(.junit, input) }
  }
}

private func passed(_ repeatIndex: Int) -> CaseResult.Trial { .init(arm: .candidate, repeatIndex: repeatIndex, outcome: .pass) }

/// A passing decision without rulings, over `results`.
private func report(of results: [CaseResult]) -> ReportInput {
  let decision = Decision(
    stage: "offline", verdict: .pass, exitCode: .pass, sentence: "it holds", rulings: [], arms: [], churn: nil, guarantees: [],
    policy: .standard, context: context(candidate: "m"))
  return ReportInput(decision: decision, run: runSummary(), cases: { each in for result in results { try each(result) } })
}

private struct MeasuringSink: TextSink {
  var pieces = 0
  var longest = 0

  mutating func write(_ text: String) {
    pieces += 1
    longest = max(longest, text.utf8.count)
  }
}

private struct FailingSink: TextSink {
  struct Full: Error {}

  mutating func write(_ text: String) throws { throw Full() }
}
