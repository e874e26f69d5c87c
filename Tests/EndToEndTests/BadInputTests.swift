import Foundation
import Testing

extension EndToEnd {
  /// What a user can get wrong: a clear error, the right code, nothing called.
  @Suite struct BadInput {
    private static let good = """
      targets:
        candidate: {provider: replay, file: answers.jsonl, model: new}
        production: {provider: replay, file: answers.jsonl, model: old}
      evalsets: [cases.yaml]
      policy:
        offline: [complete, no-regression: {margin: 0.05}]

      """
    private static let cases = """
      - {id: one, input: hello, checks: [{contains: hi}]}
      - {id: two, input: bye, checks: [{contains: hi}]}

      """
    private static let answers = ["one", "two"].map { "{\"case\":\"\($0)\",\"text\":\"hi\"}\n" }.joined()

    private static func project(config: String = good, cases: String = cases) throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(config, to: "portcullis.yaml")
      try scratch.write(cases, to: "cases.yaml")
      try scratch.write(answers, to: "answers.jsonl")
      return scratch
    }

    @Test func theGoodProjectIsValid() throws {
      let scratch = try Self.project()
      let result = try Binary.run(["validate"], in: scratch.url)
      #expect(result.code == 0, "\(result.errors)")
    }

    @Test(arguments: [
      ("targets:", "tragets:", "portcullis.yaml:1:1: error: unknown key 'tragets'", "did you mean 'targets'?"),
      ("margin: 0.05", "margin: 5", "error: 'margin': '5' is not within 0 and 1", "5%"),
      ("no-regression:", "no-regresion:", "unknown rule 'no-regresion'", "did you mean 'no-regression'?"),
      ("[complete,", "[bar-holds,", "'bar-holds' is not available", "6:13"),
      ("cases.yaml", "missing.yaml", "missing.yaml", "4:12"),
      ("provider: replay, file: answers.jsonl, model: new", "provider: opnai, model: new", "'opnai'", "did you mean 'openai'?"),
      (
        "provider: replay, file: answers.jsonl, model: new", "provider: openai, model: new, api_key: sk-live-1234567890", "'api_key'", "env"
      ),
      (
        "provider: replay, file: answers.jsonl, model: new", "provider: openai, model: new, api_key: {env: NOT_SET_HERE}", "NOT_SET_HERE",
        "2:54"
      ),
      (
        "provider: replay, file: answers.jsonl, model: new", "provider: openai, model: new, base_url: \"http://169.254.169.254/v1\"",
        "169.254.169.254", "never called"
      ),
      ("file: answers.jsonl, model: new", "file: ../../etc/passwd, model: new", "../../etc/passwd", "leads out of its folder"),
    ])
    func aBadConfigIsRefusedBeforeAnythingIsCalled(_ good: String, _ bad: String, _ says: String, _ helps: String) throws {
      let scratch = try Self.project(config: Self.good.replacingOccurrences(of: good, with: bad))
      let result = try Binary.run(["gate"], in: scratch.url)
      #expect(result.code == 65, "\(result.output)\(result.errors)")
      #expect(result.errors.contains(says), "\(result.errors)")
      #expect(result.errors.contains(helps), "\(result.errors)")
      #expect(!result.errors.contains("sk-live-1234567890"))
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appending(path: ".portcullis").path))
    }

    @Test(arguments: [
      ("contains: hi}]}\n- {id: two", "contians: hi}]}\n- {id: two", "cases.yaml:1:", "did you mean 'contains'?"),
      ("id: two", "id: one", "cases.yaml:2", "'one'"),
      ("{contains: hi}]}\n- {id: two", "{max-words: -1}]}\n- {id: two", "cases.yaml:1:", "-1"),
      ("{contains: hi}]}\n- {id: two", "{regex: \"(\"}]}\n- {id: two", "cases.yaml:1:", "missing closing parenthesis"),
      ("{contains: hi}]}\n- {id: two", "{contains: \"\"}]}\n- {id: two", "cases.yaml:1:", "contains"),
      (", checks: [{contains: hi}]}\n- {id: two", "}\n- {id: two", "cases.yaml:1:", "check"),
      ("input: hello", "inptu: hello", "cases.yaml:1:", "did you mean 'input'?"),
      ("input: hello", "input: &a hello", "cases.yaml:1:", "anchor"),
      ("id: one", "id: \"a\\u202Eb\"", "cases.yaml:1:", "U+202E"),
    ])
    func aBadCaseIsRefusedWithItsPlace(_ good: String, _ bad: String, _ place: String, _ says: String) throws {
      let scratch = try Self.project(cases: Self.cases.replacingOccurrences(of: good, with: bad))
      let result = try Binary.run(["gate"], in: scratch.url)
      #expect(result.code == 65, "\(result.output)\(result.errors)")
      #expect(result.errors.contains(place), "\(result.errors)")
      #expect(result.errors.contains(says), "\(result.errors)")
    }

    @Test func aPromptThatACaseCannotFillIsRefusedBeforeAnythingIsCalled() throws {
      let scratch = try Self.project(config: Self.good.replacingOccurrences(of: "model: new", with: "model: new, prompt: prompt.md"))
      try scratch.write("Answer {{ custmer }} kindly: {{ input }}\n", to: "prompt.md")
      let result = try Binary.run(["gate"], in: scratch.url)
      #expect(result.code == 65, "\(result.output)\(result.errors)")
      #expect(result.errors.contains("at 1:11, cannot be written for case 'one': undefined variable 'custmer'"), "\(result.errors)")
    }

    @Test func allProblemsAreToldAtOnce() throws {
      let scratch = try Self.project(cases: "- {id: one, input: a, checks: [{contians: x}]}\n- {id: one, input: b, cheks: []}\n")
      let result = try Binary.run(["validate"], in: scratch.url)
      #expect(result.code == 65)
      #expect(result.errors.contains("contians") && result.errors.contains("cheks"), "\(result.errors)")
    }

    @Test(
      arguments: [
        ([], 64), (["gaet"], 64), (["gate", "--seed", "1", "--seed", "2"], 64),
        (["gate", "--report", "json=x", "--report", "junit=x"], 64), (["gate", "--no-such-flag"], 64),
        (["gate", "--concurrency", "0"], 64), (["gate", "--concurrency", "99999999999999999999"], 64),
        (["gate", "--budget", "nan"], 64), (["gate", "--timeout", "-1s"], 64), (["gate", "--report", "pdf=x"], 64),
        (["gate", "--fresh", "--run", "latest"], 64),
        (["gate", "--case", "no-such-*"], 65), (["gate", "-c", "missing.yaml"], 65), (["gate", "-e", "/dev/zero"], 65),
        (["gate", "-e", "/proc/self/fd"], 65),
        (["report", "latest"], 65), (["gate", "--run", "abc"], 65), (["explain", "contians"], 65),
        (["gate", "--report", "json=/no/such/folder/x.json"], 73), (["gate", "--store", "/proc/nope"], 73),
      ] as [([String], Int32)])
    func aBadCommandLineHasItsCode(_ arguments: [String], _ code: Int32) throws {
      let scratch = try Self.project()
      let result = try Binary.run(arguments, in: scratch.url)
      #expect(result.code == code, "\(arguments): \(result.code)\n\(result.output)\(result.errors)")
      #expect(!result.errors.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appending(path: ".portcullis").path), "a store was made")
      #expect(result.code != 97 && result.code != 98 && result.code != 99)
    }

    @Test func theDefaultPolicyIsSaid() throws {
      let scratch = try Self.project()
      let result = try Binary.run(["gate", "-e", "cases.yaml", "-q"], in: try withoutPolicy(scratch).url)
      #expect(result.code == 0, "\(result.errors)")  // no case is broken, and nothing beyond these two is claimed
      let words = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.contains("policy: the default"), "\(result.output)")
    }

    private func withoutPolicy(_ scratch: Scratch) throws -> Scratch {
      let config = Self.good.components(separatedBy: "policy:")[0]
      try scratch.write(config, to: "portcullis.yaml")
      return scratch
    }
  }
}
