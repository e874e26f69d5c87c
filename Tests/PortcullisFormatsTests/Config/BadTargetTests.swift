import Foundation
import PortcullisCore
import Testing

@testable import PortcullisFormats

// K01–K11, K13, K15–K17 of reliability.md §12 and the table of formats.md §1. Lines of the target begin at line 5, column 5.
private let badTargets: [BadConfig] = [
  BadConfig(
    "a key written out", withTarget("api_key: sk-1234"),
    says: """
      portcullis.yaml:5:14: error: 'api_key' holds a key itself; keys are never written into files
        help: put the key into an environment variable and write 'api_key: {env: NAME}'
      """),
  BadConfig(
    "a variable that is not set", withTarget("api_key: {env: NO_SUCH}"),
    says: """
      portcullis.yaml:5:14: error: the environment variable 'NO_SUCH' is not set; 'api_key' needs it
        help: export NO_SUCH=…
      """),
  BadConfig(
    "a key where its variable belongs", withTarget("api_key: {env: sk-1234}"),
    says: """
      portcullis.yaml:5:20: error: this is no name of an environment variable
        help: write the variable's name, as in '{env: OPENAI_API_KEY}'
      """),
  BadConfig(
    "a key beside its variable", withTarget("api_key: {env: OPENAI_API_KEY, value: sk-1}"),
    says: """
      portcullis.yaml:5:14: error: the environment variable 'OPENAI_API_KEY' is not set; 'api_key' needs it
        help: export OPENAI_API_KEY=…
      portcullis.yaml:5:36: error: unknown key 'value' in 'api_key'
        help: known here: env
      """),
  BadConfig(
    "headers", withTarget("headers: {X-A: \"a\\r\\nB: c\", Authorization: Bearer x, Host: a, \"a b\": c, x-a: 1, X-B: sk-1234}"),
    says: """
      portcullis.yaml:5:20: error: the header 'X-A' holds a line break or another character that no header may hold
      portcullis.yaml:5:33: error: the header 'Authorization' carries a key, and headers are recorded
        help: write 'api_key: {env: NAME}' instead
      portcullis.yaml:5:58: error: the header 'Host' is set by the transfer itself
      portcullis.yaml:5:67: error: 'a b' is no name of a header
      portcullis.yaml:5:77: error: the header 'x-a' is given twice
        help: capitals make no difference
      portcullis.yaml:5:90: error: the header 'X-B' holds what looks like a key; headers are recorded
        help: name the key's environment variable in 'api_key': {env: NAME}
      """),
  BadConfig(
    "an address with CR LF", withTarget("base_url: \"http://h/v1\\r\\nX: y\""),
    says: """
      portcullis.yaml:5:15: error: a URL may not hold blanks, line breaks or characters beyond ASCII
        help: write it as in 'https://api.example.com/v1'
      """),
  BadConfig(
    "limits", withTarget("limits: {concurrency: 0, rpm: -1, tpm: 2M}", "timeouts: {connect: -1, idle: 0s, total: 5}", "retries: 21"),
    says: """
      portcullis.yaml:5:27: error: 'concurrency' is 0; it must be from 1 to 1024
      portcullis.yaml:5:35: error: 'rpm': '-1' is no rate
        help: write a whole number above 0, as in '3000', '60k' or '2M'
      portcullis.yaml:6:25: error: 'connect': '-1' is no duration
        help: write a number and a unit (ms, s, m, h, d), as in '300ms' or '2s'
      portcullis.yaml:6:35: error: 'idle' is 0s; it must be above 0
      portcullis.yaml:6:46: error: 'total': '5' is no duration
        help: write a number and a unit (ms, s, m, h, d), as in '300ms' or '2s'
      portcullis.yaml:7:14: error: 'retries' is 21; it must be from 0 to 20
      """),
  BadConfig(
    "a concurrency beyond 64 bits", withTarget("limits: {concurrency: 100000000000000000000}"),
    says: "portcullis.yaml:5:27: error: 'concurrency' is 100000000000000000000; it must be from 1 to 1024"),
  BadConfig(
    "a misspelt provider", "targets:\n  candidate: {provider: opnai, model: m}\n",
    says: """
      portcullis.yaml:2:25: error: 'provider' is 'opnai', which is unknown
        help: did you mean 'openai'?
      """),
  BadConfig(
    "a misspelt provider with a file", "targets:\n  candidate: {provider: replya, file: r.jsonl}\n",
    says: """
      portcullis.yaml:2:25: error: 'provider' is 'replya', which is unknown
        help: did you mean 'replay'?
      """),
  BadConfig(
    "a command as provider", "targets:\n  candidate: {provider: \"exec: rm -rf /\", model: m}\n",
    says: """
      portcullis.yaml:2:25: error: 'provider' is 'exec: rm -rf /', which is unknown
        help: known here: openai, scripted, replay
      """),
  BadConfig(
    "no provider", "targets:\n  candidate: {model: m}\n", says: "portcullis.yaml:2:14: error: target 'candidate' has no 'provider'"),
  BadConfig(
    "no model", "targets:\n  candidate: {provider: openai}\n", says: "portcullis.yaml:2:14: error: target 'candidate' has no 'model'"),
  BadConfig(
    "a misspelt key", withTarget("promt: x"),
    says: """
      portcullis.yaml:5:5: error: unknown key 'promt' in target 'candidate'
        help: did you mean 'prompt'?
      """),
  BadConfig(
    "a price", withTarget("price: {input: 0.00000015, output: 1.6 USD, curency: EUR}"),
    says: """
      portcullis.yaml:5:20: error: '0.00000015' for 1000000 tokens is no whole number of nano-units a token
        help: write at most three decimals for 'per: 1M'; a price for one token needs 'per: 1'
      portcullis.yaml:5:40: error: '1.6 USD' is no price
        help: write digits with a point, as in '0.15', without a currency
      portcullis.yaml:5:49: error: unknown key 'curency' in 'price'
        help: did you mean 'currency'?
      """),
  BadConfig(
    "half a price", withTarget("price: {input: 0.15, currency: usd}"),
    says: """
      portcullis.yaml:5:12: error: 'price' has no 'output'
      portcullis.yaml:5:36: error: 'usd' is no currency
        help: write three capital letters, as in 'USD'
      """),
  BadConfig(
    "parameters", withTarget("parameters: {temperature: 3, model: x, n: 2, max_tokens: 1.5, top_p: .nan}"),
    says: """
      portcullis.yaml:5:31: error: 'temperature' is 3; it must be from 0 to 2
      portcullis.yaml:5:34: error: 'model' may not be a parameter: it is the target's 'model'
      portcullis.yaml:5:44: error: 'n' may not be a parameter: one call is one answer; write 'repeats' for several trials
      portcullis.yaml:5:62: error: 'max_tokens' is '1.5'; it must be a whole number
      portcullis.yaml:5:74: error: 'top_p' is '.nan'; it must be a number
      """),
  BadConfig(
    "a version", withTarget("version: two"),
    says: """
      portcullis.yaml:5:14: error: 'version' is 'two'; it must be a semantic version
        help: write it as in '1.8.2'
      """),
  BadConfig(
    "files that are not there or not ours", withTarget("prompt: prompts/x.md", "tools: ../t.json"),
    says: """
      portcullis.yaml:5:13: error: 'prompt' names 'prompts/x.md': there is no such file
      portcullis.yaml:6:12: error: 'tools': '../t.json' leads out of its folder
        help: a config may name only files inside its project folder
      """),
  BadConfig(
    "files of the machine", withTarget("prompt: /etc/passwd", "tools: file:///etc/shadow"),
    says: """
      portcullis.yaml:5:13: error: 'prompt': '/etc/passwd' is an absolute path
        help: a config may name only files inside its project folder
      portcullis.yaml:6:12: error: 'tools': 'file:///etc/shadow' is an address, not a file
        help: a config may name only files inside its project folder
      """),
  BadConfig(
    "prompt messages", withTarget("prompt:", "  - {role: sytem, content: a}", "  - {content: b}", "  - c"),
    says: """
      portcullis.yaml:6:16: error: 'role' is 'sytem', which is unknown
        help: did you mean 'system'?
      portcullis.yaml:7:9: error: a message of 'prompt' has no 'role'
      portcullis.yaml:8:9: error: a message of 'prompt' is 'c'; it must be a mapping
      """),
  BadConfig(
    "an endpoint for recordings", "targets:\n  a: {provider: replay, base_url: http://h, api_key: {env: X}}\n",
    says: """
      portcullis.yaml:2:6: error: target 'a' has no 'file'
        help: name the recordings (*.jsonl)
      portcullis.yaml:2:25: error: 'base_url' has no meaning for 'replay', which calls no endpoint
        help: remove it; the answers are in 'file'
      portcullis.yaml:2:45: error: 'api_key' has no meaning for 'replay', which calls no endpoint
        help: remove it; the answers are in 'file'
      """),
  BadConfig(
    "recordings for an endpoint", withTarget("file: x.jsonl"),
    says: "portcullis.yaml:5:5: error: 'file' is for 'replay' and 'scripted'; 'openai' calls an endpoint"),
  BadConfig(
    "a name that is a shorthand", "targets:\n  \"a:b\": {provider: openai, model: m}\n",
    says: """
      portcullis.yaml:2:3: error: 'a:b' is no name for a target
        help: write letters, digits, '.', '_' and '-' only
      """),
]

@Test(arguments: badTargets) func badTargetsAreRefusedInWords(row: BadConfig) throws {
  #expect(try ConfigProject(row.config).errors() == row.says)
}

@Test func troubleInsideAFileIsShownThere() throws {
  let project = try ConfigProject(
    withTarget("prompt: p.md", "tools: t.json"), files: ["p.md": " \n", "t.json": "[{\"type\": \"function\"},\n 3]"])
  #expect(
    project.errors() == """
      p.md: error: the prompt is empty
      t.json:2:2: error: a tool is '3'; it must be a mapping
      """)
}

@Test func aTemplateThatCannotBeReadIsFoundWhenLoading() throws {
  let file = try ConfigProject(withTarget("prompt: p.md"), files: ["p.md": "Hello\n{{ name\n"])
  #expect(file.errors().hasPrefix("p.md:2:"))
  let message = try ConfigProject(withTarget("prompt: [{role: user, content: \"{% if x %}\"}]"))
  #expect(message.errors().hasPrefix("portcullis.yaml:5:36: error: "))
  #expect(message.errors().contains("(line 1, column "))
  #expect(try ConfigProject(withTarget("prompt: p.md"), files: ["p.md": "{{ input }} {{ anything.at[0] }}"]).errors() == "")
}

@Test func aLinkOutOfTheProjectIsRefused() throws {
  let project = try ConfigProject(withTarget("prompt: link.md"))
  try FileManager.default.createSymbolicLink(atPath: project.folder + "/link.md", withDestinationPath: "/etc/hostname")
  #expect(
    project.errors() == """
      portcullis.yaml:5:13: error: 'prompt' names 'link.md': the file lies outside the project folder
        help: a file may name only files inside its project folder
      """)
}
