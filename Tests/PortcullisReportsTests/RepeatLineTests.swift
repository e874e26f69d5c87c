import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisReports

private func input(_ repeats: RepeatSummary?) -> ReportInput {
  var input = Sample.pass.input
  for place in input.decision.arms.indices { input.decision.arms[place].repeats = repeats }
  return input
}

private let some = RepeatSummary(cases: 40, fewestTrials: 3, mostTrials: 3, flaky: 4, within: 0.0211, between: 0.11, icc: 0.839)

@Test(arguments: [
  (some, "40 cases × 3; within-case variance 0.021, between 0.110; 4 cases gave both outcomes (flaky)"),
  (RepeatSummary(cases: 1, fewestTrials: 2, mostTrials: 2, flaky: 1), "1 case × 2; 1 case gave both outcomes (flaky)"),
  (
    RepeatSummary(cases: 5, fewestTrials: 2, mostTrials: 29, flaky: 0, within: 0, between: 0),
    "5 cases × 2 to 29; within-case variance 0.000, between 0.000; no case gave both outcomes"
  ),
]) func repeatsAreOneLine(_ repeats: RepeatSummary, _ words: String) throws {
  #expect(repeats.words() == words)
  #expect(try rendered(.terminal, input(repeats)).contains("repeats: \(words.prefix(12))"))
  #expect(try rendered(.markdown, input(repeats)).contains("repeats, production: \(words.prefix(12))"))
}

@Test func withoutRepeatsThereIsNoLine() throws {
  for format in [ReportFormat.terminal, .markdown] { #expect(!(try rendered(format, input(nil)).contains("repeats"))) }
}

@Test(arguments: [some, RepeatSummary(cases: 1, fewestTrials: 2, mostTrials: 2, flaky: 1), nil])
func repeatsComeBackFromADecision(_ repeats: RepeatSummary?) throws {
  let json = input(repeats).decision.json
  #expect(Decision(json: json)?.arms.map(\.repeats) == [repeats, repeats])
  let written = json["arms"]?["candidate"]?["repeats"]
  #expect(written?.isNull == (repeats == nil))
  #expect(written?["flaky_share"]?.double == repeats.map { Double($0.flaky) / Double($0.cases) })
}
