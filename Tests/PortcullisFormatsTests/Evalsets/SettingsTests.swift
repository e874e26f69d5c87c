import PortcullisCore
import PortcullisFormats
import Testing

struct SettingsTests {
  /// A bad `evalset.yaml` and the first lines of what is said.
  @Test(arguments: [
    BadFile("Y05 top-level list", "- a\n", "evalset.yaml:1:1: error: the evalset is a list; it must be a mapping"),
    BadFile("empty", "# nothing\n", "evalset.yaml: error: the file is empty"),
    BadFile("Y03 no cases", "cases: []\n", "evalset.yaml:1:8: error: 'cases' names no file"),
    BadFile("Y04 null cases", "cases: null\n", "evalset.yaml:1:8: error: 'cases' names no file"),
    BadFile("Y12 unknown key", "nmae: x\n", "evalset.yaml:1:1: error: unknown key 'nmae' in the evalset"),
    BadFile(
      "unknown default", "defaults: {cheks: []}\n", "evalset.yaml:1:12: error: unknown key 'cheks' in 'defaults'"),
    BadFile("Y40 bad default", "defaults: {threshold: 7}\n", "evalset.yaml:1:23: error: 'threshold': '7' is not within 0 and 1"),
    BadFile(
      "Y35 address", "prompt: file://../../etc/passwd\n", "evalset.yaml:1:9: error: 'file://../../etc/passwd' is an address, not a file"),
    BadFile("Y36 address", "prompt: file:///etc/shadow\n", "evalset.yaml:1:9: error: 'file:///etc/shadow' is an address, not a file"),
    BadFile("absolute path", "prompt: /etc/passwd\n", "evalset.yaml:1:9: error: '/etc/passwd' is an absolute path"),
    BadFile("Y38 neighbour", "prompt: ../set-evil/p.md\n", "evalset.yaml:1:9: error: '../set-evil/p.md' leads out of its folder"),
    BadFile("Y37 link out", "prompt: link.md\n", "evalset.yaml:1:9: error: 'link.md': the file lies outside the project folder"),
    BadFile("folder", "prompt: sub\n", "evalset.yaml:1:9: error: 'sub': this is a folder, not a file"),
    BadFile("missing prompt", "prompt: p.md\n", "evalset.yaml:1:9: error: 'p.md': there is no such file"),
    BadFile("missing cases", "cases: more.yaml\n", "evalset.yaml:1:8: error: 'more.yaml': there is no such file"),
    BadFile("glob without a match", "cases: [\"more/*.yaml\"]\n", "evalset.yaml:1:9: error: 'more/*.yaml' matches no file"),
    BadFile("Y38 cases", "cases: ../set-evil/cases.yaml\n", "evalset.yaml:1:8: error: '../set-evil/cases.yaml' leads out of its folder"),
    BadFile(
      "another format", "cases: sub/x.txt\n", "evalset.yaml:1:8: error: 'sub/x.txt': cases are read from .yaml, .jsonl and .csv files"),
    BadFile("no such rubrics", "rubrics: rubriks\n", "evalset.yaml:1:10: error: there is no folder 'rubriks'"),
    BadFile("bad template", "prompt: bad.md\n", "bad.md:2:4: error: '{{' is never closed by '}}'"),
    BadFile("bad name", "name: a/b\n", "evalset.yaml:1:7: error: 'name' is 'a/b': a name may not contain '/'"),
    BadFile(
      "bad mapping", "cases: {file: cases.yaml, fields: {expectd: answer}}\n",
      "evalset.yaml:1:36: error: 'expectd' is no field of a case"),
    BadFile(
      "Y44 bad default check", "defaults: {checks: [{regex: '(a'}]}\n",
      "evalset.yaml:1:22: error: the pattern '(a' is wrong at character 3: missing closing parenthesis, in case 'a'"),
  ])
  func badSettingsAreRefusedWithTheirPlace(_ row: BadFile) throws {
    let folder = try TestFolder()
    try folder.write("set-evil/p.md", "x")
    try folder.write("set-evil/cases.yaml", goodYAML)
    try folder.write("outside/p.md", "x")
    try folder.write("project/set/cases.yaml", goodYAML)
    try folder.write("project/set/bad.md", "Hi\n - {{ name")
    try folder.write("project/set/sub/x.txt", goodYAML)
    try folder.link("project/set/link.md", to: folder.path + "/outside/p.md")
    try folder.write("project/set/evalset.yaml", row.bytes)
    let said = try folder.problems {
      _ = try loadEvalset(at: folder.path + "/project/set", project: ProjectFiles(root: folder.path + "/project"))
    }
    #expect(said.map(firstLine) == row.says.map { "project/set/" + $0 })
  }

  @Test func settingsAndCasesAreReportedTogether() throws {
    let folder = try TestFolder()
    try folder.write("set/evalset.yaml", "nmae: x\n")
    try folder.write("set/cases.yaml", "- id: a\n")
    let said = try folder.problems { _ = try folder.load() }
    #expect(
      said.map(firstLine) == [
        "set/evalset.yaml:1:1: error: unknown key 'nmae' in the evalset", "set/cases.yaml:1:3: error: case 'a' has no input",
      ])
  }

  // Y34; the nearest variable is the template engine's to suggest.
  @Test func anUndefinedVariableIsRefusedBeforeAnyCall() throws {
    let folder = try TestFolder()
    try folder.write("set/evalset.yaml", "prompt: p.md\n")
    try folder.write("set/p.md", "Hi {{ customer.name }}\n{{ custmer.club }}, case {{ id }}")
    try folder.write("set/cases.yaml", "- id: a\n  vars: {customer: {name: R, club: none}}\n  checks: [is-json]\n")
    let said = try folder.problems { _ = try folder.load() }
    #expect(said == ["set/cases.yaml:1:3: error: case 'a': undefined variable 'custmer' (set/p.md:2:4)\n  help: did you mean 'customer'?"])
  }

  @Test func aDataSetIsReadThroughAFieldMapping() throws {
    let folder = try TestFolder()
    try folder.write(
      "set/evalset.yaml",
      """
      name: quiz
      version: 1.10
      defaults: {checks: [equals], severity: critical}
      cases:
        file: quiz.csv
        fields: {expected: answer, tags.topic: type, metadata.topic: type}
        ignore: [why]
      """)
    try folder.write("set/quiz.csv", "id,input,answer,type,why\na,q,42,sums,because\n")
    let evalset = try folder.load()
    let found = try #require(try cases(of: evalset).first)
    #expect(evalset.name == "quiz")
    #expect(evalset.version == "1.10")
    #expect(found.expected == .string("42"))
    #expect(found.tags == [Case.Tag(name: "topic", value: "sums")])
    #expect(found.metadata == JSONObject([("topic", .string("sums"))]))
    #expect(found.severity == .critical)
    #expect(evalset.counts.tags["topic"]?.counts == ["sums": 1])
  }

  @Test func behavioursAreCountedAgainstTheirPromise() throws {
    let folder = try TestFolder()
    try folder.write("set/evalset.yaml", "behaviours: {refusal: {min_cases: 2}}\n")
    try folder.write(
      "set/cases.yaml", goodYAML + "  behaviour: refusal\n" + goodYAML.replacing("id: a", with: "id: b") + "  behaviour: refusl\n")
    let evalset = try folder.load()
    #expect(
      evalset.warnings.map(folder.shown).map(firstLine) == [
        "set/evalset.yaml: warning: the behaviour 'refusal' has 1 cases; 2 are declared",
        "set/evalset.yaml: warning: the behaviour 'refusl' is not declared",
      ])
    #expect(evalset.counts.behaviours == ["refusal": 1, "refusl": 1])
  }

  @Test func anExpiredQuarantineIsAProblem() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", goodYAML + "  quarantine: {owner: o, reason: r, expires: 2026-03-01}\n")
    #expect(try folder.load(today: "2026-03-01").counts.quarantined == 1)
    let said = try folder.problems { _ = try folder.load(today: "2026-03-02") }
    #expect(said.map(firstLine) == ["set/cases.yaml:1:3: error: the quarantine of case 'a' expired on 2026-03-01"])
  }

  @Test func oneFileOfCasesTakesTheSettingsBesideIt() throws {
    let folder = try TestFolder()
    try folder.write("set/evalset.yaml", "defaults: {checks: [is-json]}\n")
    try folder.write("set/cases.yaml", goodYAML)
    try folder.write("set/more.jsonl", #"{"id":"b","input":"q"}"#)
    #expect(try cases(of: folder.load("set/more.jsonl")).map(\.id.text) == ["b"])
    #expect(try folder.load("set/evalset.yaml").count == 1)
    #expect(try folder.load("set/").name == "set")
  }

  @Test func oneFileIsNotBlamedForWhatTheOthersHold() throws {
    let folder = try TestFolder()
    try folder.write("set/evalset.yaml", "behaviours: {refusal: {min_cases: 8}}\n")
    try folder.write("set/cases.yaml", goodYAML)
    try folder.write("set/more.yaml", goodYAML.replacing("id: a", with: "id: b"))
    try folder.write("golden/set/answers.jsonl", #"{"case":"a","answer":"x","approved_by":"o","approved_at":"2026-01-01"}"#)
    #expect(try folder.load("set/more.yaml", golden: "golden").warnings.map(folder.shown) == [])
    #expect(try folder.load(golden: "golden").warnings.count == 1)
  }

  @Test func settingsUnderAnotherNameAreNotPassedOver() throws {
    let folder = try TestFolder()
    try folder.write("set/evalset.yml", "defaults: {severity: critical}\n")
    try folder.write("set/cases.yaml", goodYAML)
    let said = try folder.problems { _ = try folder.load() }
    #expect(said.map(firstLine) == ["set/evalset.yml: error: the settings of an evalset are in 'evalset.yaml'"])
  }

  @Test func whoWantsMessagesOnlyNeedsNoJudge() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", "- id: a\n  input: q\n  checks: [judge: helpful]\n")
    #expect(try folder.problems { _ = try folder.load() }.count == 1)
    #expect(try loadEvalset(at: folder.path + "/set", project: folder.project, isScored: false).counts.judges == ["helpful"])
  }

  @Test func anAbsentEvalsetIsNamed() throws {
    let folder = try TestFolder()
    #expect(try folder.problems { _ = try folder.load("none") } == ["none: error: there is no such evalset"])
    try folder.write("bare/readme.txt", "")
    #expect(
      try folder.problems { _ = try folder.load("bare") } == [
        "bare: error: the evalset has no cases\n  help: it holds none of cases.yaml, cases.jsonl, cases.csv"
      ])
  }
}
