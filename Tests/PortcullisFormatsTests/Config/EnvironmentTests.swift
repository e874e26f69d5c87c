import PortcullisCore
import Testing

@testable import PortcullisFormats

@Test(arguments: [
  ("", "the environment variable 'KEY' is empty; 'api_key' needs it"),
  ("sk-1\r\nX: y", "the environment variable 'KEY' holds a blank, a line break or another character that no key has"),
  ("sk-1\n", "the environment variable 'KEY' holds a blank, a line break or another character that no key has"),
  ("sk 1", "the environment variable 'KEY' holds a blank, a line break or another character that no key has"),
])
func aKeyThatNoHeaderMayHoldIsRefusedWithoutBeingShown(row: (key: String, says: String)) throws {
  let errors = try ConfigProject(withTarget("api_key: {env: KEY}")).errors(ConfigOverrides(), ["KEY": row.key])
  #expect(errors.hasPrefix("portcullis.yaml:5:14: error: \(row.says)"))
  #expect(!errors.contains("sk"))
}

@Test func valuesFromTheEnvironmentAreCheckedLikeWrittenOnes() throws {
  let config = withTarget("base_url: {env: URL}", "headers: {X-A: {env: HEADER}}", "version: {env: VERSION}")
  let environment = ["URL": "http://2852039166/", "HEADER": "a\r\nb", "VERSION": "new"]
  #expect(
    try ConfigProject(config).errors(ConfigOverrides(), environment) == """
      portcullis.yaml:5:15: error: 'http://2852039166/' is a link-local or metadata address; these are never called
      portcullis.yaml:6:20: error: the header 'X-A' holds a line break or another character that no header may hold
      portcullis.yaml:7:14: error: 'version' is 'new'; it must be a semantic version
        help: write it as in '1.8.2'
      """)
}

@Test func anUnsetVariableIsNamedWhereverItIsUsed() throws {
  let config = "targets:\n  candidate:\n    provider: openai\n    model: {env: MODEL}\n    base_url: {env: URL}\n"
  #expect(
    try ConfigProject(config).errors() == """
      portcullis.yaml:4:12: error: the environment variable 'MODEL' is not set; 'model' needs it
        help: export MODEL=…
      portcullis.yaml:5:15: error: the environment variable 'URL' is not set; 'base_url' needs it
        help: export URL=…
      """)
}

@Test func theKeyIsInNoPartOfAConfig() throws {
  let config = try ConfigProject(withTarget("api_key: {env: KEY}")).load(ConfigOverrides(), ["KEY": "marked-key-4711"])
  var dump = ""
  Swift.dump(config, to: &dump)
  #expect(dump.contains("KEY"))
  #expect(!dump.contains("marked-key-4711"))
}
