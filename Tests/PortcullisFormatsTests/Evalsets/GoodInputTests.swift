import PortcullisCore
import PortcullisFormats
import Testing

/// What reliability.md §12 wants accepted, and accepted exactly.
struct GoodInputTests {
  @Test(arguments: [
    ("cases.yaml", "\u{FEFF}" + goodYAML), ("cases.yaml", goodYAML.replacing("\n", with: "\r\n")),
    ("cases.yaml", "---\n" + goodYAML + "...\n"),
    ("cases.jsonl", "\u{FEFF}" + goodLine), ("cases.jsonl", goodLine + "\r\n"), ("cases.jsonl", "\n\n" + goodLine),
    ("cases.csv", "\u{FEFF}id,input,check.is-json\na,q,true\n"), ("cases.csv", "id, input ,check.is-json\r\na,q,true\r\n"),
    ("cases.csv", "id,input,check.is-json\n\"a\",\"q\",\"true\""),
  ])
  func marksLineEndsAndBlankLinesDoNotMatter(_ row: (file: String, text: String)) throws {
    let folder = try TestFolder()
    try folder.write("set/" + row.file, row.text)
    let found = try cases(of: folder.load())
    #expect(found.map(\.id.text) == ["a"])
    #expect(found.first?.input == .messages([Message(role: .user, content: "q")]))
    #expect(found.first?.checks == [CheckSpec(kind: "is-json")])
  }

  // Y33, Y53, J12, C06, C10: nothing in an input is a template, an escape or a formula.
  @Test(arguments: [
    "{{ x }} ${x} <%= x %> {% if %}", "👩‍👩‍👧 \u{202E}rtl\u{202C} e\u{301}", "a\u{2028}b\u{85}c", "=1+1", "+1", "-1", "@x",
    "line\r\nbreak \"quoted\", comma",
    "  outer blanks  ", "null", "true",
  ])
  func inputsAreTakenByteForByte(_ text: String) throws {
    let folder = try TestFolder()
    var quoted = [UInt8]()
    writeJSONString(text, to: &quoted)
    try folder.write("line/cases.jsonl", Array(#"{"id":"a","checks":["is-json"],"input":"#.utf8) + quoted + [UInt8(ascii: "}")])
    try folder.write("table/cases.csv", "id,input,check.is-json\na,\"\(text.replacing("\"", with: "\"\""))\",true\n")
    for set in ["line", "table"] {
      let input = try cases(of: folder.load(set)).first?.input
      guard case .messages(let messages) = input, let content = messages.first?.content else {
        Issue.record("\(set): no message")
        continue
      }
      #expect(content.utf8.elementsEqual(text.utf8), "\(set)")
    }
  }

  @Test func aLongPromptAndBlockScalarsAreTaken() throws {
    let folder = try TestFolder()
    let long = String(repeating: "x", count: 100_000)
    try folder.write(
      "set/cases.yaml",
      "- id: a\n  input: \(long)\n  checks: [is-json]\n- id: b\n  input: |\n    one\n     two\n\n  checks: [is-json]\n"
        + "- id: c\n  input: >-\n    one\n    two\n  checks: [is-json]\n")
    let inputs = try cases(of: folder.load()).map(\.input)
    #expect(inputs == [long, "one\n two\n", "one two"].map { .messages([Message(role: .user, content: $0)]) })
  }

  @Test func everyFieldOfACaseIsRead() throws {
    let folder = try TestFolder()
    try folder.write("set/evalset.yaml", "defaults: {checks: [is-json], tags: {language: en, team: a}, repeats: 2, threshold: 0.5}\n")
    try folder.write(
      "set/cases.yaml",
      """
      - id: a
        messages: [{role: system, content: be brief}, {role: user, content: q}]
        vars: {n: 3, deep: {list: [1, two]}}
        expected: {total: 59.20}
        context: [{id: d1, text: words, readers: [r]}]
        behaviour: refusal
        tags: {language: de}
        severity: critical
        origin: incident
        cluster: c1
        metadata: {source: x}
        repeats: 3
        threshold: 80%
        incident: {id: I-1, severity: P0, state: guarded, opened: 2026-03-09, bad_output: no, demand: never}
        allow_empty: true
        allow_truncated: true
        checks:
          - contains: x
            weight: 2
            metric: m
            name: n
      """)
    let found = try #require(try cases(of: folder.load()).first)
    let id = try #require(CaseID("a"))
    #expect(
      found
        == Case(
          id: id, evalset: "set", input: .messages([Message(role: .system, content: "be brief"), Message(role: .user, content: "q")]),
          vars: JSONObject([("n", .int(3)), ("deep", .object([("list", .array([.int(1), .string("two")]))]))]),
          expected: .object([("total", .double(59.2))]), context: [ContextDocument(id: "d1", text: "words", readers: ["r"])],
          checks: [
            CheckSpec(kind: "is-json"), CheckSpec(kind: "contains", argument: .string("x"), weight: 2, metric: "m", name: "n"),
          ], behaviour: "refusal", tags: [Case.Tag(name: "language", value: "de"), Case.Tag(name: "team", value: "a")], severity: .critical,
          origin: .incident, cluster: "c1", repeats: 3, threshold: 0.8,
          incident: Incident(id: "I-1", severity: .p0, state: .guarded, opened: "2026-03-09", badOutput: "no", demand: "never"),
          allowEmpty: true, allowTruncated: true, metadata: JSONObject([("source", .string("x"))])))
  }

  /// OpenAI's own shape of a call is read too, and every shape survives the store.
  @Test func messagesMayHoldToolCallsAndTheirResults() throws {
    let folder = try TestFolder()
    try folder.write(
      "set/cases.yaml",
      """
      - id: a
        messages:
          - {role: user, content: q}
          - role: assistant
            tool_calls:
              - {id: c1, name: order, arguments: {id: 7}}
              - {id: c2, type: function, function: {name: order, arguments: '{"id": 8}'}}
          - {role: tool, tool_call_id: c2, content: lost}
          - {role: tool, tool_call_id: c1, content: shipped}
        checks: [is-json]
      """)
    let found = try #require(try cases(of: folder.load()).first)
    func call(_ id: String, _ order: Int) -> MadeCall {
      MadeCall(id: id, ToolCall(name: "order", arguments: .object([("id", .int(order))])))
    }
    #expect(
      found.input
        == .messages([
          Message(role: .user, content: "q"), Message(role: .assistant, content: "", calls: [call("c1", 7), call("c2", 8)]),
          Message(role: .tool, content: "lost", answeredCall: "c2"), Message(role: .tool, content: "shipped", answeredCall: "c1"),
        ]))
    #expect(Case(json: found.json) { _ in nil } == found)
  }

  @Test(
    arguments: [
      ("- {role: tool, content: x}", "does not say which call it answers"),
      ("- {role: tool, content: x, tool_call_id: c9}", "'c9' is no open call"),
      ("- {role: assistant, tool_calls: [{id: c1, name: f}]}", "the call 'c1' has no result"),
      ("- {role: assistant, tool_calls: [{id: c1, name: f}]}\n    - {role: user, content: x}", "the call 'c1' has no result"),
      (
        "- {role: assistant, tool_calls: [{id: c1, name: f}, {id: c1, name: g}]}\n    - {role: tool, content: x, tool_call_id: c1}",
        "the same id"
      ),
      ("- {role: assistant, tool_calls: [{name: f}]}", "needs an 'id' and a 'name'"),
      ("- {role: user, content: x, tool_calls: [{id: c1, name: f}]}", "belong to the assistant"),
      ("- {role: user, content: x, tool_call_id: c1}", "belongs to a message of the role 'tool'"),
      ("- {role: assistant}", "a message has no 'content'"),
    ])
  func aConversationThatAnEndpointWouldRefuseIsRefused(_ row: (messages: String, trouble: String)) throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", "- id: a\n  messages:\n    \(row.messages)\n  checks: [is-json]\n")
    let problems = try #require(throws: Problems.self) { try folder.load() }
    #expect(problems.diagnostics.contains { $0.description.contains(row.trouble) && $0.place?.line != nil }, "\(problems)")
  }

  @Test func turnsCarryTheirOwnChecks() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", "- id: a\n  turns:\n    - user: one\n    - user: two\n      checks: [contains: x]\n")
    let found = try cases(of: folder.load()).first
    #expect(
      found?.input
        == .turns([
          CaseInput.Turn(user: "one", checks: []),
          CaseInput.Turn(user: "two", checks: [CheckSpec(kind: "contains", argument: .string("x"))]),
        ]))
  }

  @Test func aCellIsTextUnlessTheCheckWantsMore() throws {
    let folder = try TestFolder()
    try folder.write(
      "set/cases.csv",
      "id,input,expected,tags.language,vars.n,check.contains,check.max-words,check.one-of\na,q,18,de,007,14,120,\"[\"\"x\"\", \"\"y\"\"]\"\n"
    )
    let found = try #require(try cases(of: folder.load()).first)
    #expect(found.expected == .string("18"))
    #expect(found.tags == [Case.Tag(name: "language", value: "de")])
    #expect(found.vars == JSONObject([("n", .string("007"))]))
    #expect(
      found.checks == [
        CheckSpec(kind: "contains", argument: .string("14")), CheckSpec(kind: "max-words", argument: .int(120)),
        CheckSpec(kind: "one-of", argument: .array([.string("x"), .string("y")])),
      ])
  }

  @Test func tenThousandCasesOfYAMLAreTaken() throws {
    let folder = try TestFolder()
    try folder.write("set/cases.yaml", (0..<10_000).map { goodYAML.replacing("id: a", with: "id: c\($0)") }.joined())
    #expect(try folder.load().count == 10_000)
  }
}
