import PortcullisCore
import PortcullisFormats
import Testing

/// The digest of an evalset is that of its meaning, not of its spelling.
struct DigestTests {
  private func digest(_ files: (String, String)...) throws -> Digest {
    let folder = try TestFolder()
    for (name, text) in files { try folder.write("set/" + name, text) }
    return try folder.load().digest
  }

  private let yaml = """
    # two cases
    - id: b
      input: "two\\nlines"
      tags: {language: de}
      checks: [{contains: x}, {max-words: 12}]
    - id: a
      input: one
      expected: "18"
      checks: [{contains: "14"}, {max-words: 12}]
    """

  @Test func yamlLinesAndTablesHaveOneDigest() throws {
    let wanted = try digest(("cases.yaml", yaml))
    let lines = """
      {"id": "a", "checks": [{"contains": "14"}, {"max-words": 12}], "expected": "18", "input": "one"}
      {"checks": [{"contains": "x"}, {"max-words": 12.0}], "tags": {"language": "de"}, "id": "b", "input": "two\\u000alines"}
      """
    #expect(try digest(("cases.jsonl", lines)) == wanted)
    let table = "id,input,expected,tags.language,check.contains,check.max-words\nb,\"two\nlines\",,de,x,12\na,one,18,,14,12\n"
    #expect(try digest(("cases.csv", table)) == wanted)
  }

  @Test func fileLayoutAndDefaultsDoNotMatter() throws {
    let first = "- id: a\n  input: one\n  checks: [is-json, {contains: x}]\n  tags: {t: \"1\"}\n"
    let second = "- id: b\n  input: two\n  checks: [is-json]\n  tags: {t: \"1\"}\n"
    let wanted = try digest(("cases.yaml", first + second))
    #expect(try digest(("evalset.yaml", "cases: [parts/*.yaml]\n"), ("parts/2.yaml", first), ("parts/1.yaml", second)) == wanted)
    let short = "- id: b\n  input: two\n- id: a\n  input: one\n  checks: [contains: x]\n"
    #expect(try digest(("evalset.yaml", "defaults: {checks: [is-json], tags: {t: 1}}\n"), ("cases.yaml", short)) == wanted)
  }

  @Test(arguments: [
    ("input: one", "input: One"), ("expected: \"18\"", "expected: 18"), ("max-words: 12}]\n- id: a", "max-words: 13}]\n- id: a"),
    ("id: b", "id: c"),
  ])
  func everyChangeOfMeaningMatters(_ change: (old: String, new: String)) throws {
    let changed = yaml.replacing(change.old, with: change.new)
    #expect(changed != yaml)
    #expect(try digest(("cases.yaml", changed)) != digest(("cases.yaml", yaml)))
  }

  @Test func promptsRubricsAndGoldenAnswersAreResolvedIntoIt() throws {
    func digest(prompt: String = "Hi {{ name }}", rubric: String = "Good is good.", answer: String? = nil) throws -> Digest {
      let folder = try TestFolder()
      try folder.write("set/evalset.yaml", "prompt: p.md\n")
      try folder.write("set/p.md", prompt)
      try folder.write("set/rubrics/r.md", "---\nkind: pass-fail\n---\n\(rubric)\n")
      try folder.write("set/cases.yaml", "- id: a\n  vars: {name: R}\n  checks: [is-json]\n")
      if let answer {
        try folder.write("golden/set/answers.jsonl", #"{"case":"a","answer":"\#(answer)","approved_by":"o","approved_at":"2026-01-01"}"#)
      }
      return try folder.load(golden: "golden").digest
    }
    let plain = try digest()
    #expect(try digest() == plain)
    #expect(try digest(prompt: "Hello {{ name }}") != plain)
    #expect(try digest(rubric: "Bad is bad.") != plain)
    #expect(try digest(answer: "x") != plain)
  }

  /// Computed from the definition by another program: python3 over the canonical JSON of the two cases.
  @Test func knownValue() throws {
    let lines = #"{"id":"b","input":"q","checks":["is-json"]}"# + "\n" + #"{"id":"a","input":"é","checks":["is-json"]}"#
    #expect(try digest(("cases.jsonl", lines)).description == "sha256:e3ae44e2afe541a85eb6816436c31e5eda829ae3d604a6a18be2b4008a2f64a9")
  }
}
