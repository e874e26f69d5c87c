import Foundation
import PortcullisCore
import Testing

@testable import PortcullisFormats

private let badConfigs: [BadConfig] = [
  BadConfig(
    "empty", "",
    says: """
      portcullis.yaml: error: the config is empty
        help: write at least 'targets' and 'evalsets'
      """),
  BadConfig(
    "only a comment", "# targets\n",
    says: """
      portcullis.yaml: error: the config is empty
        help: write at least 'targets' and 'evalsets'
      """),
  BadConfig("a list", "- targets\n", says: "portcullis.yaml:1:1: error: the config is a list; it must be a mapping"),
  BadConfig(
    "a misspelt key", "targts: {}\n" + withTarget(),
    says: """
      portcullis.yaml:1:1: error: unknown key 'targts' in the config
        help: did you mean 'targets'?
      """),
  BadConfig(
    "a key twice", "seed: 1\nseed: 2\n",
    says: """
      portcullis.yaml:2:1: error: 'seed' is given twice; first in line 1
        help: keep one of them
      """),
  BadConfig(
    "arms", "arms: {candidate: candidat, prod: x}\n" + withTarget(),
    says: """
      portcullis.yaml:1:19: error: there is no target 'candidat'
        help: did you mean 'candidate'?
      portcullis.yaml:1:29: error: unknown key 'prod' in 'arms'
        help: known here: candidate, production
      """),
  BadConfig(
    "limits of a run", "budget: {cost: 20, time: 0s, calls: 0, tokens: 1.5, token: 1}\nrepeats: 1001\nseed: -1\n",
    says: """
      portcullis.yaml:1:16: error: 'cost': '20' is no amount of money
        help: write a number and a currency, as in '20 USD'
      portcullis.yaml:1:26: error: 'time' is 0s; it must be above 0
      portcullis.yaml:1:37: error: 'calls': '0' is no count
        help: write a whole number above 0, as in '3000' or '60k'
      portcullis.yaml:1:48: error: 'tokens': '1.5' is no count
        help: write a whole number above 0, as in '3000' or '60k'
      portcullis.yaml:1:53: error: unknown key 'token' in 'budget'
        help: did you mean 'tokens'?
      portcullis.yaml:2:10: error: 'repeats' is 1001; it must be from 1 to 1000
      portcullis.yaml:3:7: error: 'seed' is -1; it must be 0 or more
      """),
  BadConfig(
    "evalsets", "evalsets: [evalsets/nope, ../x, /tmp, \"evalsets/*\"]\ngolden: /golden\n",
    says: """
      portcullis.yaml:1:12: error: there is no folder 'evalsets/nope'
      portcullis.yaml:1:27: error: '../x' leads out of its folder
        help: a config may name only folders inside its project folder
      portcullis.yaml:1:33: error: '/tmp' is an absolute path
        help: a config may name only folders inside its project folder
      portcullis.yaml:1:39: error: 'evalsets/*' matches no folder
      portcullis.yaml:2:9: error: 'golden': '/golden' is an absolute path
        help: a config may name only folders inside its project folder
      """),
  BadConfig(
    "three currencies",
    """
    targets:
      a: {provider: openai, model: m, price: {input: 1, output: 1}}
      b: {provider: openai, model: m, price: {input: 1, output: 1, currency: EUR}}
    policy: {offline: [{cost-per-request: {limit: 1 GBP}}]}
    budget: {cost: 5 CHF}
    """,
    says: """
      portcullis.yaml:3:42: error: 'targets.b.price' is in EUR, but 'targets.a.price' is in USD
        help: write all prices and limits in one currency
      portcullis.yaml:4:40: error: 'cost-per-request.limit' is in GBP, but 'targets.a.price' is in USD
        help: write all prices and limits in one currency
      portcullis.yaml:5:1: error: 'budget.cost' is in CHF, but 'targets.a.price' is in USD
        help: write all prices and limits in one currency
      """),
  BadConfig(
    "a budget without a price", "budget: {cost: 5 CHF}\n" + withTarget(),
    says: """
      portcullis.yaml:3:3: error: target 'candidate' has no 'price', so its cost cannot be kept below the budget
        help: add 'price: {input: …, output: …, per: 1M, currency: CHF}' to it
      """),
  BadConfig(
    "an alias", "targets: &t {}\narms: *t\n",
    says: """
      portcullis.yaml:1:10: error: the anchor '&t' is refused
        help: write the value out; no aliases, no anchors
      """),
]

@Test(arguments: badConfigs) func badConfigsAreRefusedInWords(row: BadConfig) throws {
  #expect(try ConfigProject(row.config).errors() == row.says)
}

@Test(arguments: [
  ("/dev/zero", "/dev/zero: error: this is a device; only regular files are read"),
  ("/", "/: error: this is a folder, not a file"),
  ("/nowhere/portcullis.yaml", "/nowhere: error: there is no such folder"),
])
func whatIsNoConfigFileIsRefused(row: (path: String, says: String)) {
  let problems = #expect(throws: Problems.self) { try loadConfig(path: row.path) }
  #expect(problems?.description == row.says)
}

@Test func aPipeIsRefusedWithoutWaiting() throws {
  let project = try ConfigProject("seed: 1\n")
  let pipe = project.folder + "/pipe.yaml"
  #expect(mkfifo(pipe, 0o600) == 0)
  let problems = #expect(throws: Problems.self) { try loadConfig(path: pipe) }
  #expect(problems?.description == "\(pipe): error: this is a pipe; only regular files are read")
}

@Test func aConfigOfMoreThanAMegabyteIsRefused() throws {
  let project = try ConfigProject("# " + String(repeating: "x", count: 1 << 20) + "\nseed: 1\n")
  #expect(project.errors() == "portcullis.yaml: error: the file has 1048587 bytes; at most 1048576 are read")
}

@Test func aFolderBesideTheProjectWithTheSameBeginningIsOutside() throws {
  let project = try ConfigProject("evalsets: [link]\n")
  let evil = project.folder + "-evil"
  try FileManager.default.createDirectory(atPath: evil, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: evil) }
  try FileManager.default.createSymbolicLink(atPath: project.folder + "/link", withDestinationPath: evil)
  #expect(
    project.errors() == """
      portcullis.yaml:1:12: error: 'link' lies outside the project folder
        help: a config may name only folders inside its project folder
      """)
}
