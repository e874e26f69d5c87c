import Foundation
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisFormats

private let two = """
  targets:
    candidate: {provider: openai, model: a, limits: {rpm: 10}}
    v1.8: {provider: openai, model: b}
  """

private let setForm = "write '--set targets.NAME.KEY=VALUE', as in '--set targets.candidate.model=gpt-x'"

private let shorthandForm = "write 'provider:model' or 'provider:model@base_url', as in 'openai:gpt-x@http://127.0.0.1:8000/v1'"

private func loaded(_ sets: String..., environment: [String: String] = [:]) throws -> Config {
  try ConfigProject(two).load(ConfigOverrides(sets: sets), environment)
}

@Test func setReplacesOneFieldAndKeepsTheRest() throws {
  let target = try #require(try loaded("targets.candidate.limits.tpm=2M", "targets.candidate.parameters.temperature=0.5").candidate)
  #expect(target.limits == TargetLimits(rpm: 10, tpm: 2_000_000))
  #expect(target.parameters == JSONObject([("temperature", .double(0.5))]))
  #expect(target.model == "a")
}

@Test(arguments: ["4", "true", "null", "1.10", "a=b", "a: b", "#1"]) func aModelMayBeCalledAnything(model: String) throws {
  #expect(try loaded("targets.candidate.model=\(model)").candidate?.model == model)
}

@Test func theLastSetWins() throws {
  #expect(try loaded("targets.candidate.model=x", "targets.candidate.model=y").candidate?.model == "y")
}

@Test func setFindsNamesWithDots() throws {
  #expect(try loaded("targets.v1.8.model=x").target(named: "v1.8")?.model == "x")
}

@Test func setTakesMappingsAndLists() throws {
  let config = try loaded(
    "targets.candidate.answers_as=[x, y]", "targets.candidate.price={input: 1, output: 2}", "targets.candidate.api_key.env=KEY",
    environment: ["KEY": "k"])
  #expect(config.candidate?.answersAs == ["x", "y"])
  #expect(config.candidate?.price?.outputNano == 2000)
  #expect(config.candidate?.apiKeyVariable == "KEY")
}

@Test func whatSetChangesEntersTheTargetsDigest() throws {
  #expect(try loaded("targets.candidate.model=x").candidate?.digest != loaded().candidate?.digest)
}

@Test(arguments: [
  ("targets.candidate.retries=-1", "--set targets.candidate.retries: error: 'retries' is -1; it must be from 0 to 20"),
  (
    "targets.candidate.modl=x",
    "--set targets.candidate.modl: error: unknown key 'modl' in target 'candidate'\n  help: did you mean 'model'?"
  ),
  (
    "targets.candidate.base_url=http://169.254.169.254",
    "--set targets.candidate.base_url: error: 'http://169.254.169.254' is a link-local or metadata address; these are never called"
  ),
  (
    "targets.candidate.api_key=sk-1234",
    """
    --set targets.candidate.api_key: error: 'api_key' holds a key itself; keys are never written into files
      help: put the key into an environment variable and write 'api_key: {env: NAME}'
    """
  ),
  (
    "targets.canditate.model=x",
    "--set targets.canditate.model: error: there is no target 'canditate' to set\n  help: did you mean 'candidate'?"
  ),
  (
    "targets.candidate=x",
    "--set targets.candidate: error: 'targets.candidate' names no key\n  help: \(setForm)"
  ),
  ("targets.candidate.=x", "--set targets.candidate.: error: 'targets.candidate.' names no key\n  help: \(setForm)"),
  (
    "policy.offline=[]",
    "--set: error: '--set' changes targets only, not 'policy.offline'\n  help: \(setForm)"
  ),
  (
    "targets.candidate.model",
    "--set: error: '--set' is given no value\n  help: \(setForm)"
  ),
  (
    "targets.candidate.limits={rpm: 1",
    "--set targets.candidate.limits: error: the value is no YAML\n  help: write it as in '{rpm: 60}' or '[a, b]'"
  ),
  (
    "targets.candidate.limits={rpm: 0}",
    "--set targets.candidate.limits: error: 'rpm': '0' is no rate\n  help: write a whole number above 0, as in '3000', '60k' or '2M'"
  ),
])
func badSetsAreRefusedWithTheOptionAsTheirPlace(row: (set: String, says: String)) throws {
  #expect(try ConfigProject(two).errors(ConfigOverrides(sets: [row.set])) == row.says)
}

@Test func armsCanBeNamedOnTheCommandLine() throws {
  let config = try ConfigProject(two).load(ConfigOverrides(candidate: "v1.8", production: "openai:gpt-x@http://127.0.0.1:8000/v1/"))
  #expect(config.candidate?.model == "b")
  #expect(
    config.production
      == Target(name: "openai:gpt-x@http://127.0.0.1:8000/v1/", provider: "openai", model: "gpt-x", baseURL: "http://127.0.0.1:8000/v1"))
  #expect(config.targets.count == 3)
}

@Test func noConfigIsNeeded() throws {
  let config = try loadConfig(path: nil, overrides: ConfigOverrides(candidate: "openai:a", production: "openai:b"))
  #expect(config.candidate?.model == "a")
  #expect(config.production?.model == "b")
  #expect(config.policy.isDefault)
  #expect(config.file == nil)
  #expect(config.store == ".portcullis")
}

@Test(arguments: [
  ("openai:gpt-x", "gpt-x", nil), ("openai:a/b:free@https://h/v1", "a/b:free", "https://h/v1"),
  ("openai:m@2026-08@http://h", "m@2026-08", "http://h"),
  ("openai:m@20260801", "m@20260801", nil),
])
func shorthandsAreSplitAtTheAddress(row: (text: String, model: String, url: String?)) throws {
  let target = try Target(shorthand: row.text)
  #expect(target.model == row.model)
  #expect(target.baseURL == row.url)
  #expect(target.apiKeyVariable == nil)
}

@Test func recordingsNeedNoConfig() throws {
  let project = try ConfigProject(
    "", files: ["r.jsonl": "{\"case\": \"a\", \"text\": \"x\", \"model\": \"m\"}\n", "s.jsonl": "{\"text\": \"x\"}\n"])
  let replay = try Target(shorthand: "replay:\(project.folder)/r.jsonl")
  #expect(replay.model == "m")
  #expect(replay.source?.file == project.folder + "/r.jsonl")
  let scripted = try Target(shorthand: "scripted:\(project.folder)/s.jsonl")
  #expect(scripted.model == "s")
  #expect(scripted.accepts(servedModel: "whatever the rules say"))
}

@Test func aFileOfAnswersMayHoldAnAt() throws {
  let project = try ConfigProject("", files: ["a@b/s.jsonl": "{\"text\": \"x\"}\n", "s@": "{\"text\": \"x\"}\n"])
  #expect(try Target(shorthand: "scripted:\(project.folder)/a@b/s.jsonl").source?.file == project.folder + "/a@b/s.jsonl")
  #expect(try Target(shorthand: "scripted:\(project.folder)/s@").source?.file == project.folder + "/s@")
}

@Test func recordingsOfSeveralModelsMustBeToldApart() throws {
  let recordings = ["a", "b"].map { "{\"case\": \"c\", \"text\": \"x\", \"model\": \"\($0)\"}\n" }.joined()
  let project = try ConfigProject("targets: {candidate: {provider: replay, file: r.jsonl}}\n", files: ["r.jsonl": recordings])
  #expect(project.errors() == "r.jsonl: error: these recordings are of several models: a, b\n  help: name one as the target's 'model'")
  #expect(try project.load(ConfigOverrides(sets: ["targets.candidate.model=b"])).candidate?.model == "b")
}

@Test(arguments: [
  ("candidat", "--candidate: error: there is no target 'candidat'\n  help: did you mean 'candidate'?"),
  ("opnai:m", "--candidate: error: unknown provider 'opnai'\n  help: did you mean 'openai'?"),
  (
    "openai:",
    "--candidate: error: a target given as 'openai:…' needs a model after ':'\n  help: \(shorthandForm)"
  ),
  ("openai:m@", "--candidate: error: 'openai:m@' names no address after '@'\n  help: write '@http://…' or '@https://…'"),
  ("openai:m@ ", "--candidate: error: 'openai:m@' names no address after '@'\n  help: write '@http://…' or '@https://…'"),
  ("openai:m@u:secret@", "--candidate: error: 'openai:m@' names no address after '@'\n  help: write '@http://…' or '@https://…'"),
  ("openai:m@localhost", "--candidate: error: the address after '@' has no scheme\n  help: write '@http://…' or '@https://…'"),
  ("openai:m@10.0.0.7", "--candidate: error: the address after '@' has no scheme\n  help: write '@http://…' or '@https://…'"),
  (
    "openai:m@http://",
    "--candidate: error: 'http://' is no URL: it names no host"
  ),
  ("openai: ", "--candidate: error: a target given as 'openai:…' needs a model after ':'\n  help: \(shorthandForm)"),
  ("openai:@http://h", "--candidate: error: a target given as 'openai:…' needs a model after ':'\n  help: \(shorthandForm)"),
  ("replay:", "--candidate: error: a target given as 'replay:…' needs a file after ':'\n  help: \(shorthandForm)"),
  ("scripted:", "--candidate: error: a target given as 'scripted:…' needs a file after ':'\n  help: \(shorthandForm)"),
  ("openai:m\u{202E}x", "--candidate: error: 'openai:m\\u{202E}x' holds invisible characters\n  help: \(shorthandForm)"),
  ("openai:m@u:secret@h:8000/v1", "--candidate: error: the address after '@' has no scheme\n  help: write '@http://…' or '@https://…'"),
  (
    "openai:m@http://u:p@h/v1",
    "--candidate: error: a URL may not hold a user name or password\n  help: name the key's environment variable in 'api_key': {env: NAME}"
  ),
  ("replay:/nowhere.jsonl", "--candidate: error: '/nowhere.jsonl': there is no such file"),
])
func badArmsAreRefusedWithTheOptionAsTheirPlace(row: (arm: String, says: String)) throws {
  #expect(try ConfigProject(two).errors(ConfigOverrides(candidate: row.arm)) == row.says)
}

/// Not rows of the table above: the test's own log would print them whole.
@Test func aLongNameIsCutWhereItIsRefused() throws {
  let project = try ConfigProject(two), name = String(repeating: "m", count: 100_000)
  #expect(
    project.errors(ConfigOverrides(candidate: name)) == """
      --candidate: error: there is no target '\(name.prefix(200))…'
        help: known here: candidate, v1.8
      """)
  #expect(
    project.errors(ConfigOverrides(candidate: "openai:" + name)) == """
      --candidate: error: 'openai:\(name.prefix(193))…' has 100007 bytes; a target may have at most 4096
        help: \(shorthandForm)
      """)
  #expect(project.errors(ConfigOverrides(sets: ["targets.\(name)=x"])).utf8.count < 1000)
}

@Test func aShorthandHasAKeyOnlyWhereAVariableIsNamed() throws {
  let overrides = ConfigOverrides(candidate: "openai:m", apiKeyVariable: "KEY")
  #expect(
    try loadConfig(path: nil, overrides: overrides, environment: ["KEY": "k", "OPENAI_API_KEY": "o"]).candidate?.apiKeyVariable == "KEY")
  let problems = #expect(throws: Problems.self) { try loadConfig(path: nil, overrides: overrides, environment: ["OPENAI_API_KEY": "o"]) }
  #expect(
    problems?.description == "--candidate: error: the environment variable 'KEY' is not set; 'api_key' needs it\n  help: export KEY=…")
}

@Test func anApiKeyOptionThatNothingUsesIsRefused() throws {
  #expect(
    try ConfigProject(two).errors(ConfigOverrides(apiKeyVariable: "KEY"), ["KEY": "k"]) == """
      --api-key-env: error: '--api-key-env' is for targets given as 'provider:model', and none is
        help: a target of the config names its key itself: 'api_key: {env: NAME}'
      """)
}

@Test func aBudgetOptionIsCheckedLikeTheConfigs() throws {
  let priced = withTarget("price: {input: 1, output: 1}")
  #expect(try ConfigProject(priced).load(ConfigOverrides(budget: "5 USD")).budget.cost == Money(micro: 5_000_000, currency: "USD"))
  #expect(
    try ConfigProject(priced).errors(ConfigOverrides(budget: "nan")).hasPrefix("--budget: error: '--budget': 'nan' is no amount of money"))
  #expect(
    try ConfigProject(priced).errors(ConfigOverrides(budget: "5 EUR")).hasPrefix(
      "--budget: error: '--budget' is in EUR, but 'targets.candidate.price' is in USD"))
  #expect(try ConfigProject(two).errors(ConfigOverrides(budget: "5 USD")).contains("target 'candidate' has no 'price'"))
}
