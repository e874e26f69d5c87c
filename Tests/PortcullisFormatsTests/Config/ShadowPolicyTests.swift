import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisFormats

/// `policy.shadow` and `shadow: {checks}`, formats.md §6.
@Suite struct ShadowPolicyTests {
  private func config(_ rules: String, more: String = "") throws -> ConfigProject {
    try ConfigProject("targets: {}\npolicy:\n  error_rates: {wrong_pass: 0.025}\n  shadow:\n\(rules)\(more)")
  }

  @Test func everyRuleIsRead() throws {
    let project = try config(
      """
          - complete: {max_missing: 1%}
          - rig-steady: {delta: 4%}
          - no-regression: {margin: 3%, slices: [language], slice_margin: 10%}
          - no-change: {epsilon: 2%, compare: json, ignore: [meta.id], must_match: true, slices: [language]}
          - error-rate
          - latency: {limit: 2s, advisory: true}
          - ttft: {increase: 20%}
          - cost-per-request

      """)
    let policy = try project.load().shadow
    #expect(
      policy
        == ShadowPolicy(
          wrongPass: 0.025,
          rules: [
            ShadowPolicyRule(.complete(CompleteRule(maxMissing: 0.01))), ShadowPolicyRule(.rigSteady(RigSteadyRule(delta: 0.04))),
            ShadowPolicyRule(.noRegression(NoRegressionRule(margin: 0.03, slices: ["language"], sliceMargin: 0.10))),
            ShadowPolicyRule(
              .noChange(NoChangeRule(epsilon: 0.02, compare: .json, ignore: ["meta.id"], mustMatch: true, slices: ["language"]))),
            ShadowPolicyRule(.errorRate(ErrorRateRule())),
            ShadowPolicyRule(.latency(LatencyRule(limit: .absolute(.seconds(2)))), advisory: true),
            ShadowPolicyRule(.ttft(LatencyRule(limit: .increase(0.2)))), ShadowPolicyRule(.costPerRequest(CostRule())),
          ]))
  }

  @Test func withoutRulesTheDefaultOnesDecideAtTheDeclaredRates() throws {
    let policy = try ConfigProject("targets: {}\npolicy: {error_rates: {wrong_fail: 0.01}}\n").load().shadow
    #expect(policy.isDefault && policy.wrongFail == 0.01 && policy.rules == ShadowPolicy.standard.rules)
    #expect(try ConfigProject("targets: {}\n").load().shadow == .standard)
  }

  @Test(
    arguments: [
      ("    - no-chnge\n", "unknown rule 'no-chnge'\n  help: did you mean 'no-change'?"),
      ("    - critical-cases\n", "the rule 'critical-cases' does not belong to 'shadow'"),
      ("    - no-change: {epsilon: 0}\n", "'epsilon' is 0; it must be above 0"),
      ("    - no-change: {epsilon: 5}\n", "'epsilon': '5' is not within 0 and 1\n  help: did you mean '5%'?"),
      ("    - no-change: {compare: judge}\n", "'compare: judge' names no judge"),
      ("    - no-change: {compare: judge, judge: alike}\n", "there is no judge 'alike'"),
      ("    - no-change: {judge: alike}\n", "'judge' belongs to 'compare: judge'"),
      ("    - no-change: {compare: judge, judge: alike, ignore: [a]}\n", "'compare: judge' has none"),
      ("    - no-change: {compare: jsn}\n", "did you mean 'json'?"),
      ("    - no-change: {ignore: [a]}\n", "'ignore' names fields, and 'compare: text' has none"),
      ("    - no-change: {compare: json, ignore: ['*']}\n", "would ignore every difference"),
      ("    - no-change: {mustmatch: true}\n", "unknown key 'mustmatch' in the rule 'no-change'"),
      ("    - no-change\n    - no-change: {must_match: true}\n", "the rule 'no-change' is given twice"),
      ("    - complete\n    - complete\n", "the rule 'complete' is given twice with equal parameters"),
      ("    - no-regression\n", "the rule 'no-regression' has no 'margin'"),
      ("    - no-regression: {margin: 5%, metric: tone}\n", "has no 'metric' in 'shadow'"),
      ("    - no-regression: {margin: 5%, watch: [a]}\n", "has no 'watch' in 'shadow'"),
      ("    - complete: {where: {a: b}}\n", "has no 'where' in 'shadow'"),
      ("    - rig-steady: {delta: 0.6}\n", "'delta' is 0.6, half or more"),
      ("    []\n", "'shadow' names no rule; nothing would be decided"),
    ])
  func whatWouldOpenTheGateIsRefused(_ rules: String, _ message: String) throws {
    let errors = try config(rules).errors()
    #expect(errors.contains(message), "\(errors)")
  }

  @Test func aPolicyThatLooksAtNoAnswerIsWarnedOf() throws {
    let warnings = try config("    - complete\n").load().warnings
    #expect(warnings.contains { $0.message.contains("no deciding rule of 'shadow' looks at answers") })
  }

  @Test func checksScoreEveryAnswer() throws {
    let project = try config("    - complete\n", more: "shadow: {checks: [{contains: hello}, {max-words: 3}]}\n")
    let checks = try #require(try project.load().shadowChecks)
    func score(_ text: String?) -> Double? { checks.score(Completion(text: text), asked: [], cost: nil) }
    #expect(score("hello there") == 1)
    #expect(score("good day") == 0)
    #expect(score("") == 0, "an empty answer fails every check")
  }

  @Test(
    arguments: [
      ("shadow: {checks: []}\n", "'checks' is an empty list"),
      ("shadow: {checks: [{contians: x}]}\n", "unknown check 'contians'"),
      ("shadow: {checks: [{judge: helpful}]}\n", "a judge cannot score shadow pairs"),
      ("shadow: {checks: [equals]}\n", "expected"),
      ("shadow: {chekcs: []}\n", "unknown key 'chekcs' in 'shadow'"),
    ])
  func checksThatCannotScoreAreRefused(_ written: String, _ message: String) throws {
    let errors = try config("    - complete\n", more: written).errors()
    #expect(errors.contains(message), "\(errors)")
  }
}
