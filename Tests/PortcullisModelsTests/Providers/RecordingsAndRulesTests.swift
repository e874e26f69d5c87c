import PortcullisCore
import Testing

@testable import PortcullisModels

@Suite struct RecordingsAndRulesTests {
  private func key(_ id: String) -> Recording.Key { .caseID(CaseID(id)!) }  // ids of these tests are valid

  private func say(_ text: String, _ id: String = "a", arm: Arm? = nil, repeat repeatIndex: Int = 0, model: String? = nil) -> Recording {
    Recording(key: key(id), arm: arm, repeatIndex: repeatIndex, content: .completion(Completion(text: text)), model: model)
  }

  private func texts(_ recordings: [Recording]) -> [String] {
    recordings.compactMap { if case .completion(let completion) = $0.content { completion.text } else { nil } }
  }

  @Test func answersComeInTheOrderOfTheirRepeats() {
    let table = RecordingTable([say("third", repeat: 2), say("first"), say("second", repeat: 1), say("other", "b")])
    #expect(texts(table.answers(to: key("a"), arm: .candidate, model: "m")) == ["first", "second", "third"])
    #expect(table.answers(to: key("c"), arm: nil, model: "m").isEmpty)
  }

  @Test func aRecordingForAnArmOrAModelAnswersOnlyThat() {
    let table = RecordingTable([say("all"), say("candidate's", arm: .candidate), say("m2's", "b", model: "m2")])
    #expect(texts(table.answers(to: key("a"), arm: .candidate, model: "m")) == ["candidate's"])
    #expect(texts(table.answers(to: key("a"), arm: .production, model: "m")) == ["all"])
    #expect(texts(table.answers(to: key("a"), arm: nil, model: "m")) == ["all"])
    #expect(texts(table.answers(to: key("b"), arm: nil, model: "m")).isEmpty)
    #expect(texts(table.answers(to: key("b"), arm: nil, model: "m2")) == ["m2's"])
  }

  @Test func ofTwoRecordingsOfOneRepeatTheFirstCounts() {
    #expect(texts(RecordingTable([say("one"), say("two")]).answers(to: key("a"), arm: nil, model: "m")) == ["one"])
  }

  @Test func aServerGivesOutRepeatsInOrderAndTheLastOneAgain() {
    let served = ServedRecordings(
      RecordingTable([say("2nd", repeat: 4), say("1st", repeat: 1), say("m2's", model: "m2"), say("b's", "b")]))
    func next(_ ids: String..., model: String = "m") -> String? {
      guard case .completion(let completion) = served.next(for: ids.map { key($0) }, model: model) else { return nil }
      return completion.text
    }
    #expect([next("a"), next("b"), next("a"), next("a")] == ["1st", "b's", "2nd", "2nd"])
    #expect([next("a", model: "m2"), next("a", model: "m2")] == ["m2's", "1st"])
    #expect(next("none", "b") == "b's")
    #expect(next("none") == nil)
  }

  @Test func streamSettingsDoNotChangeWhatIsAsked() throws {
    let plain = try JSON(parsing: #"{"model":"m","messages":[],"temperature":0}"#)
    let streamed = try JSON(
      parsing: #"{"stream":true,"temperature":0.0,"messages":[],"stream_options":{"include_usage":true},"model":"m"}"#)
    // sha256sum of {"messages":[],"model":"m","temperature":0}
    let known = Digest("sha256:e9ef107c6a652a29f51a9c3ba43968951ea1fc5abca3587e5dee53e12588dd71")
    #expect(known != nil)
    #expect(RecordingTable.digest(ofRequest: plain) == known)
    #expect(RecordingTable.digest(ofRequest: streamed) == known)
  }

  private func replay(_ recordings: [Recording], model: String = "m") throws -> any ModelClient {
    try modelClient(for: target("replay", model: model), from: .recordings(RecordingTable(recordings)), key: nil)
  }

  private func answer(_ client: any ModelClient, _ request: ModelRequest) async throws -> String? {
    try await client.send(client.prepare(request)).text
  }

  @Test func replayAnswersByCaseArmAndRepeat() async throws {
    let client = try replay([say("p0", arm: .production), say("c0", arm: .candidate), say("c1", arm: .candidate, repeat: 1)])
    #expect(try await answer(client, question(case: "a", arm: .production)) == "p0")
    #expect(try await answer(client, question(case: "a")) == "c0")
    #expect(try await answer(client, question(case: "a", repeat: 1)) == "c1")
  }

  @Test(arguments: [
    ("b", 0, 0, "m", "case 'b' is not recorded for the candidate"), ("a", 1, 0, "m", "repeat 1 of case 'a' is not recorded"),
    ("a", 0, 1, "m", "turn 1 of case 'a' is not recorded by its request"), ("a", 0, 0, "other", "no recording is of the model 'other'"),
  ])
  func whatIsNotRecordedIsAFailureThatSaysSo(_ row: (id: String, repeatIndex: Int, turn: Int, model: String, message: String)) async throws
  {
    let client = try replay([say("x", model: "m")], model: row.model)
    let failure = await refused(client, question(case: row.id, repeat: row.repeatIndex, turn: row.turn))
    #expect(failure?.kind == .request)
    #expect(failure?.message == row.message)
  }

  @Test func aRequestsDigestGoesBeforeItsCase() async throws {
    let bare = try replay([])
    let digest = RecordingTable.digest(ofRequest: try JSON(parsing: try bare.prepare(question(case: "a")).body))
    let byRequest = Recording(key: .request(digest), content: .completion(Completion(text: "by request")))
    let client = try replay([say("by case"), byRequest])
    #expect(try await answer(client, question(case: "a")) == "by request")
    #expect(try await answer(client, question("Another?", case: "a")) == "by case")
    #expect(try await answer(client, question(case: "a", turn: 1)) == "by request")
  }

  private func rule(_ json: String) throws -> ScriptedRule { try ScriptedRule(json: JSON(parsing: json)) }

  @Test func theFirstRuleThatAppliesAnswers() async throws {
    let rules = [
      #"{"case":"a","arm":"production","text":"production's a"}"#, #"{"case":"a","repeat":1,"text":"a again"}"#,
      #"{"case":"a","text":"a"}"#,
      #"{"contains":"größe","tool_calls":[{"name":"f","arguments":{"x":1}}],"latency_ms":20}"#,
      #"{"contains":"break","failure":{"kind":"rate_limit","message":"slow down"}}"#,
    ]
    let client = try modelClient(for: target("scripted"), from: .rules(try rules.map(rule)), key: nil)
    #expect(try await answer(client, question(case: "a", arm: .production)) == "production's a")
    #expect(try await answer(client, question(case: "a", repeat: 1)) == "a again")
    #expect(try await answer(client, question(case: "a")) == "a")
    let called = try await client.send(client.prepare(question("Welche größe?", case: "b")))
    #expect(called.toolCalls == [ToolCall(name: "f", arguments: .object([("x", .int(1))]))])
    #expect(called.latency == .milliseconds(20))
    #expect(await refused(client, question("break", case: "b"))?.kind == .rateLimit)
    let failure = await refused(client, question("else", case: "b"))
    #expect(failure?.kind == .request)
    #expect(failure?.message == "no rule answers case 'b'")
  }

  @Test func aRuleMayWaitForAToolsResult() throws {
    let rule = try rule(#"{"contains":"order","result":"shipped","text":"On its way."}"#)
    func applies(_ last: Message) -> Bool {
      rule.applies(to: ModelRequest(messages: [Message(role: .user, content: "order 7"), last], origin: question().origin))
    }
    #expect(applies(Message(role: .tool, content: "it shipped", answeredCall: "c")))
    #expect(!applies(Message(role: .tool, content: "lost", answeredCall: "c")))
    #expect(!applies(Message(role: .assistant, content: "it shipped")))
  }

  @Test func aRuleLooksAtTheLastUserMessageOnly() throws {
    let some = try rule(#"{"contains":"support","text":"x"}"#)
    #expect(!some.applies(to: question("hello")))  // the system message says "support"
    #expect(some.applies(to: question("hello support")))
  }

  @Test(arguments: [
    ("[]", "a rule is a mapping, not a list"), ("{}", "a rule says nothing"), (#"{"contians":"x","text":"y"}"#, "unknown key 'contians'"),
    (#"{"case":"a..b","text":"y"}"#, "'a..b' is no id: an id may not contain '..'"),
    (#"{"case":1,"text":"y"}"#, "'case' is a number; it must be text"),
    (#"{"contains":"","text":"y"}"#, "'contains' is empty"), (#"{"arm":"canary","text":"y"}"#, "'canary' is no arm"),
    (#"{"repeat":-1,"text":"y"}"#, "'repeat' is -1; it must be a whole number, 0 or more"),
    (#"{"repeat":"0","text":"y"}"#, "'repeat' is \"0\"; it must be a whole number, 0 or more"),
    (#"{"text":"y","failure":{"kind":"server"}}"#, "a rule gives a 'failure' or an answer, not both"),
    (#"{"failure":{}}"#, "'failure' has no 'kind'"),
    (#"{"failure":{"kind":"sever"}}"#, "'sever' is no kind of failure"),
    (#"{"text":"y","latency_ms":-1}"#, "the rule's answer has a field of the wrong type, a negative count or a negative time"),
  ])
  func aRuleThatIsWrongIsRefused(_ row: (json: String, message: String)) throws {
    let problem = #expect(throws: Diagnostic.self) { try rule(row.json) }
    #expect(problem?.message == row.message)
  }
}
