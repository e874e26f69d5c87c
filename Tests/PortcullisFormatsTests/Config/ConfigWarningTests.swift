import Foundation
import PortcullisCore
import Testing

@testable import PortcullisFormats

@Test func aKeyInPlainSightIsWarnedOf() throws {
  func warnings(_ url: String) throws -> String {
    try ConfigProject(withTarget("base_url: \(url)", "api_key: {env: KEY}")).warnings(ConfigOverrides(), ["KEY": "k"])
  }
  #expect(
    try warnings("http://models.example/v1") == """
      portcullis.yaml:6:5: warning: the key is sent to 'models.example' over plain http, readable on the way
        help: use 'https://'
      """)
  #expect(try warnings("https://models.example/v1") == "")
  #expect(try warnings("http://127.0.0.1:8000/v1") == "")
  let shorthand = ConfigOverrides(candidate: "openai:m@http://models.example/v1", apiKeyVariable: "KEY")
  #expect(
    try ConfigProject("seed: 1\n").warnings(shorthand, ["KEY": "k"]).hasPrefix("--candidate: warning: the key is sent to 'models.example'"))
}

@Test func twoEqualArmsAreWarnedOf() throws {
  let config = "targets:\n  candidate: {provider: openai, model: m}\n  production: {provider: openai, model: m}\n"
  #expect(
    try ConfigProject(config).warnings()
      == "portcullis.yaml:2:3: warning: candidate and production are the same: 'candidate' is compared with 'production'")
  #expect(try ConfigProject(config).warnings(ConfigOverrides(candidate: "production")).contains("'production' is compared with itself"))
  #expect(try ConfigProject(config).warnings(ConfigOverrides(sets: ["targets.candidate.parameters.temperature=1"])) == "")
}

@Test func twoPortsOfThisMachineMayBeTwoModels() throws {
  func target(_ port: Int) -> String { "{provider: openai, model: m, base_url: \"http://127.0.0.1:\(port)/v1\"}" }
  #expect(try ConfigProject("targets:\n  candidate: \(target(1))\n  production: \(target(2))\n").warnings() == "")
}

@Test func aConfigThatEverybodyMayWriteIsWarnedOf() throws {
  let project = try ConfigProject("seed: 1\n")
  #expect(try project.warnings() == "")
  #expect(chmod(project.path, 0o666) == 0)
  #expect(
    try project.warnings() == "portcullis.yaml: warning: everybody on this machine may write this file\n  help: chmod o-w portcullis.yaml")
}

@Test func aPolicyThatCannotPassIsWarnedOf() throws {
  #expect(
    try ConfigProject(withRules("complete", "error-rate")).warnings() == """
      portcullis.yaml:2:3: warning: no deciding rule weighs a score, so the verdict can only be inconclusive
        help: add 'no-regression', 'pass-rate' or 'critical-cases'
      """)
  #expect(
    try ConfigProject(withRules("no-regression: {margin: 5%, advisory: true}")).warnings()
      == "portcullis.yaml:2:3: warning: every rule is advisory, so the verdict can only be inconclusive")
  #expect(try ConfigProject(withRules("complete", "no-regression: {margin: 5%}")).warnings() == "")
}

@Test func aCostRuleWithoutPricesIsWarnedOf() throws {
  let rule = withRules("critical-cases", "cost-per-request", "cost-per-success")
  #expect(
    try ConfigProject(rule + withTarget()).warnings() == """
      portcullis.yaml:7:3: warning: 'cost-per-request' can only be inconclusive: target 'candidate' has no 'price'
        help: add one, or make the rule advisory
      portcullis.yaml:7:3: warning: 'cost-per-success' can only be inconclusive: target 'candidate' has no 'price'
        help: add one, or make the rule advisory
      """)
  #expect(try ConfigProject(rule + withTarget("price: {input: 1, output: 1}")).warnings() == "")
  #expect(try ConfigProject(withRules("critical-cases", "cost-per-request: {advisory: true}") + withTarget()).warnings() == "")
}

@Test func aRuleThatNeedsAStreamIsWarnedOfWithoutOne() throws {
  let rule = withRules("critical-cases", "ttft: {limit: 1s}", "ttft: {increase: 10%}")
  #expect(
    try ConfigProject(rule + withTarget("stream: false")).warnings() == """
      portcullis.yaml:7:3: warning: 'ttft' can only be inconclusive: target 'candidate' is asked without 'stream', so the first token's time is not seen
        help: write 'stream: true', or make the rule advisory
      """)
  #expect(try ConfigProject(rule + withTarget()).warnings() == "")
}

@Test func aParameterThatIsNearlyAKnownOneIsWarnedOf() throws {
  #expect(
    try ConfigProject(withTarget("parameters: {temprature: 1, my_servers_own: 2}")).warnings() == """
      portcullis.yaml:5:18: warning: the parameter 'temprature' is passed on as it is
        help: did you mean 'temperature'?
      """)
}

@Test func errorsComeBeforeWarningsAndEachFromTopToBottom() throws {
  let project = try ConfigProject(withTarget("parameters: {temprature: 1}", "retries: 21", "promt: x") + "seed: -1\n")
  let problems = #expect(throws: Problems.self) { try project.load() }
  #expect(problems?.diagnostics.map { $0.place?.line } == [6, 7, 8, 5])
}
