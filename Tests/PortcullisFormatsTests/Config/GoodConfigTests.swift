import Foundation
import PortcullisChecks
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisFormats

private let everything = """
  targets:
    production:
      provider: openai
      base_url: {env: MODEL_URL}
      model: {env: MODEL}
      version: 1.10
      api_key: {env: MODEL_KEY}
      headers: {X-Team: {env: TEAM}, X-Trace: 7}
      prompt: prompts/support.md
      parameters: {temperature: 0, stop: ["#"], top_k: 40, response_format: {type: json_object}}
      tools: prompts/tools.json
      stream: false
      family: gpt
      price: {input: 0.15, cached_input: 0.075, output: 0.60, per: 1M, currency: EUR}
      limits: {concurrency: 64, rpm: 3k, tpm: 2M}
      timeouts: {connect: 1s, first_byte: 20s, idle: 500ms, total: 2m}
      retries: 0
      labels: {segment: b2b, feature: support}
      answers_as: ["m-*"]
    next-1.2:
      provider: replay
      file: recordings/next.jsonl
      price: {input: 1, output: 2, currency: EUR}
      prompt:
        - {role: system, content: "Be brief."}
        - {role: user, content: "{{ input }}"}
  arms: {candidate: next-1.2}
  judges:
    helpful:
      target: {provider: openai, model: judge-1, price: {input: 1, output: 1, currency: EUR}}
      rubric: rubrics/helpful.md
      votes: 3
      reply: label
  evalsets: ["evalsets/*", evalsets/b/]
  golden: approved
  store: var/store
  policy:
    error_rates: {wrong_fail: 10%, wrong_pass: 0.01}
    looks: 3
    offline:
      - complete: {max_missing: 2%}
      - no-regression: {margin: 0.10, slices: [behaviour], slice_margin: 30%, watch: [language], superiority: true, metric: pass-rate}
      - pass-rate: {min: 0.8, where: {severity: critical, language: de}}
      - pass-rate: {observed_min: 100%, slices: severity}
      - critical-cases: {trials: 50, demand: never}
      - incidents-stay-fixed
      - error-rate
      - latency: {quantile: 99%, limit: 2s, advisory: true}
      - latency: {increase: 150%}
      - cost-per-request: {limit: 0.02 EUR}
      - cost-per-request
      - no-regression: {margin: 5%, metric: helpfulness}
      - no-broken-cases
      - no-broken-cases: {confirm: 100, where: {tier: 1}}
      - critical-cases: {demand: reliable, where: {tier: 1}}
      - score: {metric: helpfulness, min: 0.8, slices: [language]}
      - score: {metric: helpfulness, margin: 5%}
      - tail: {metric: helpfulness}
      - tail: {metric: helpfulness, floor: 10%, max_share: 1%}
      - ttft: {limit: 800ms, advisory: true}
      - tpot: {quantile: 0.5, increase: 10%, advisory: true}
      - cost-per-success
      - cost-per-success: {limit: 0.10 EUR}
      - tokens-per-request
      - tokens-per-request: {limit: 2k}
      - coverage
  budget: {cost: 20 EUR, calls: 5k, tokens: 2M, time: 30m}
  repeats: 3
  seed: 42
  """

private let itsFiles = [
  "prompts/support.md": "Help.\n", "prompts/tools.json": "[{\"type\": \"function\", \"function\": {\"name\": \"f\"}}]",
  "recordings/next.jsonl": "{\"case\": \"a\", \"text\": \"x\", \"model\": \"next\"}\n{\"case\": \"b\", \"text\": \"x\"}\n",
  "rubrics/helpful.md": "---\nkind: pass-fail\n---\nIt helps.\n", "evalsets/b/cases.yaml": "", "evalsets/a/cases.yaml": "",
  "evalsets/file": "",
]

private let itsEnvironment = [
  "MODEL_URL": "https://models.example/v1/", "MODEL": "m-1", "MODEL_KEY": "sk-7", "TEAM": "support",
]

@Test func everyKeyOfATargetIsRead() throws {
  let config = try ConfigProject(everything, files: itsFiles).load(ConfigOverrides(), itsEnvironment)
  let target = try #require(config.production)
  let tool = JSON.object([("type", .string("function")), ("function", .object([("name", .string("f"))]))])
  let expected = Target(
    name: "production", provider: "openai", model: "m-1", version: "1.10", baseURL: "https://models.example/v1",
    apiKeyVariable: "MODEL_KEY",
    headers: [Target.Header(name: "X-Team", value: "support"), Target.Header(name: "X-Trace", value: "7")], prompt: .text("Help.\n"),
    parameters: JSONObject([
      ("temperature", .int(0)), ("stop", .array([.string("#")])), ("top_k", .int(40)),
      ("response_format", .object([("type", .string("json_object"))])),
    ]), tools: [tool], stream: false, family: "gpt", price: Price(inputNano: 150, cachedInputNano: 75, outputNano: 600, currency: "EUR"),
    limits: TargetLimits(concurrency: 64, rpm: 3000, tpm: 2_000_000),
    timeouts: Timeouts(connect: .seconds(1), firstByte: .seconds(20), idle: .milliseconds(500), total: .seconds(120)), retries: 0,
    labels: [Case.Tag(name: "feature", value: "support"), Case.Tag(name: "segment", value: "b2b")], answersAs: ["m-*"])
  #expect(target == expected)
}

@Test func theRestOfAConfigIsRead() throws {
  let project = try ConfigProject(everything, files: itsFiles)
  let config = try project.load(ConfigOverrides(), itsEnvironment)
  let candidate = try config.requiredCandidate()
  #expect(candidate.name == "next-1.2")
  #expect(candidate.model == "next")
  // `printf … | sha256sum` over the two lines of the recordings.
  #expect(candidate.source?.digest.hex == "aabb5aee71e5088f137b9010f6ec5c52dff28f8504caa7a5e9137ad756137419")
  #expect(candidate.source?.file == project.folder + "/recordings/next.jsonl")
  #expect(candidate.prompt == .messages([Message(role: .system, content: "Be brief."), Message(role: .user, content: "{{ input }}")]))
  #expect(config.targets.map(\.name) == ["production", "next-1.2"])
  #expect(config.evalsets == ["a", "b"].map { "\(project.folder)/evalsets/\($0)" })
  #expect(config.golden == project.folder + "/approved")
  #expect(config.store == project.folder + "/var/store")
  #expect(config.budget == Budget(cost: Money(micro: 20_000_000, currency: "EUR"), calls: 5000, tokens: 2_000_000, time: .seconds(1800)))
  #expect(config.repeats == 3)
  #expect(config.seed == 42)
  #expect(config.currency == "EUR")
  #expect(config.file == project.path)
  #expect(config.digest == Digest(of: everything))
  #expect(config.warnings.isEmpty)

  let judge = try #require(config.judges.first)
  #expect(judge.name == "helpful")
  #expect(judge.target.model == "judge-1")
  #expect(judge.rubric.name == "helpful")
  #expect(judge.votes == 3)
  #expect(judge.reply == .label)
}

@Test func everyRuleIsRead() throws {
  let policy = try ConfigProject(everything, files: itsFiles).load(ConfigOverrides(), itsEnvironment).policy
  let rules: [PolicyRule] = [
    PolicyRule(.complete(CompleteRule(maxMissing: 0.02))),
    PolicyRule(
      .noRegression(NoRegressionRule(margin: 0.10, slices: ["behaviour"], sliceMargin: 0.30, watch: ["language"], superiority: true))),
    PolicyRule(
      .passRate(PassRateRule(limit: .min(0.8))),
      where: [Case.Tag(name: "language", value: "de"), Case.Tag(name: "severity", value: "critical")]),
    PolicyRule(.passRate(PassRateRule(limit: .observedMin(1), slices: ["severity"]))),
    PolicyRule(.criticalCases(HardGate(demand: .never, trials: 50))), PolicyRule(.incidentsStayFixed(HardGate(demand: .all, trials: 3))),
    PolicyRule(.errorRate(ErrorRateRule(max: 0.05))),
    PolicyRule(.latency(LatencyRule(quantile: 0.99, limit: .absolute(.seconds(2)))), advisory: true),
    PolicyRule(.latency(LatencyRule(quantile: 0.95, limit: .increase(1.5)))),
    PolicyRule(.costPerRequest(CostRule(limit: .absolute(Money(micro: 20_000, currency: "EUR"))))),
    PolicyRule(.costPerRequest(CostRule(limit: .increase(0.20)))),
    PolicyRule(.noRegression(NoRegressionRule(margin: 0.05, metric: "helpfulness"))),
    PolicyRule(.noBrokenCases(NoBrokenCasesRule(confirm: 4))),
    PolicyRule(.noBrokenCases(NoBrokenCasesRule(confirm: 100)), where: [Case.Tag(name: "tier", value: "1")]),
    PolicyRule(.criticalCases(HardGate(demand: .reliable, trials: 60)), where: [Case.Tag(name: "tier", value: "1")]),
    PolicyRule(.score(ScoreRule(metric: "helpfulness", limit: .min(0.8), slices: ["language"]))),
    PolicyRule(.score(ScoreRule(metric: "helpfulness", limit: .margin(0.05)))),
    PolicyRule(.tail(TailRule(metric: "helpfulness", floor: 0.2, maxShare: 0.02))),
    PolicyRule(.tail(TailRule(metric: "helpfulness", floor: 0.1, maxShare: 0.01))),
    PolicyRule(.ttft(LatencyRule(quantile: 0.95, limit: .absolute(.milliseconds(800)))), advisory: true),
    PolicyRule(.tpot(LatencyRule(quantile: 0.5, limit: .increase(0.10))), advisory: true),
    PolicyRule(.costPerSuccess(CostRule(limit: .increase(0.20)))),
    PolicyRule(.costPerSuccess(CostRule(limit: .absolute(Money(micro: 100_000, currency: "EUR"))))),
    PolicyRule(.tokensPerRequest(TokensRule(limit: .increase(0.20)))), PolicyRule(.tokensPerRequest(TokensRule(limit: .absolute(2000)))),
    PolicyRule(.coverage),
  ]
  #expect(policy == Policy(wrongPass: 0.01, wrongFail: 0.10, offline: rules, looks: 3, isDefault: false))
}

@Test func theSmallestConfigHasEveryDefault() throws {
  let config = try ConfigProject(
    "targets: {candidate: {provider: openai, model: m}}\nevalsets: [evalsets/a]\n", files: ["evalsets/a/cases.yaml": ""]
  ).load()
  #expect(config.candidate == Target(name: "candidate", provider: "openai", model: "m"))
  #expect(config.production == nil)
  #expect(config.policy == .standard)
  #expect(config.policy.isDefault)
  #expect(config.budget == Budget())
  #expect(config.repeats == 1)
  #expect(config.seed == 0)
}

@Test func errorRatesAloneKeepTheDefaultRules() throws {
  let policy = try ConfigProject("policy: {error_rates: {wrong_pass: 1%}}\n").load().policy
  #expect(policy.wrongPass == 0.01)
  #expect(policy.offline == Policy.standard.offline)
  #expect(policy.isDefault)
}

@Test func aConfigWithoutCandidateSaysHowToNameOne() throws {
  let project = try ConfigProject("seed: 1\n")
  let config = try project.load()
  let problems = #expect(throws: Problems.self) { try config.requiredCandidate() }
  #expect(
    problems?.description.replacing(project.folder + "/", with: "") == """
      portcullis.yaml: error: there is no target 'candidate'
        help: write 'targets.candidate', or give '--candidate' a target's name or 'provider:model@base_url'
      """)
}

@Test func aByteOrderMarkAndCarriageReturnsChangeNothing() throws {
  let plain = try ConfigProject(withTarget("retries: 2")).load()
  let windows = try ConfigProject("\u{FEFF}" + withTarget("retries: 2").replacing("\n", with: "\r\n")).load()
  #expect(plain.targets == windows.targets)
}

@Test func theDemosConfigLoads() throws {
  let demo = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "portcullis.yaml").path(percentEncoded: false)
  let config = try loadConfig(path: demo)
  #expect(config.warnings == [])
  #expect(config.candidate?.model == "scripted-equal")
  #expect(config.production?.model == "scripted-production")
  #expect(config.candidate?.price == Price(inputNano: 150, cachedInputNano: nil, outputNano: 600, currency: "USD"))
  #expect(config.candidate?.tools.isEmpty == false)
  #expect(
    config.policy.offline.map(\.rule.name) == [
      "complete", "critical-cases", "incidents-stay-fixed", "no-regression", "latency", "cost-per-request",
    ])
  #expect(config.policy.offline.map(\.advisory) == [false, false, false, false, true, true])
}
