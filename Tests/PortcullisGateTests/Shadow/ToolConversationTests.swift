import PortcullisCore
import PortcullisGate
import Testing

@Suite struct ToolConversationTests {
  private func call(_ name: String, _ order: Int = 7) -> ToolCall { ToolCall(name: name, arguments: .object([("id", .int(order))])) }

  private func answer(_ text: String?, _ calls: ToolCall..., cost: Int? = 5, latency: Duration? = .milliseconds(10), ttft: Int = 4)
    -> ShadowAnswer
  {
    let usage = TokenUsage(input: 3, output: 2)
    let completion = Completion(
      text: text, toolCalls: calls, finish: calls.isEmpty ? .stop : .toolCalls, usage: usage, latency: latency, ttft: .milliseconds(ttft))
    return ShadowAnswer(.completion(completion), costMicro: cost, isFresh: true)
  }

  private func talk(_ results: [ToolResult]? = nil, production: ShadowAnswer? = nil) -> ToolConversation {
    ToolConversation(
      ShadowPair(
        id: CaseID("r")!,  // a valid id
        messages: [Message(role: .user, content: "where?")], toolResults: results, production: production ?? answer("Shipped.")))
  }

  @Test func recordedCallsGetTheirResultsAndOthersAStub() {
    var talk = talk([ToolResult(call("order"), content: "shipped")])
    #expect(talk.isWaiting && !talk.isBegun && talk.answer == nil)
    talk.add(answer("Let me look.", call("order"), call("refund")))
    #expect(talk.isWaiting && talk.answer == nil)
    #expect(talk.messages.map(\.role) == [.user, .assistant, .tool, .tool])
    #expect(talk.messages.toolProblem == nil)
    #expect(talk.messages.suffix(2).map(\.content) == ["shipped", ToolConversation.stub])
    #expect(talk.recorded == 1 && talk.stubbed == 1)
    talk.add(answer("It shipped."))
    #expect(!talk.isWaiting && !talk.isCut)
  }

  /// Other arguments are another call: nobody knows what the tool would have said.
  @Test(arguments: [("order", 8), ("Order", 7)])
  func whatWasNotAskedOfAToolIsNotKnown(_ name: String, _ order: Int) {
    var talk = talk([ToolResult(call("order"), content: "shipped")])
    talk.add(answer(nil, call(name, order)))
    #expect(talk.messages.last?.content == ToolConversation.stub)
  }

  @Test func equalCallsGetTheirResultsInTurnAndTheLastOneAgain() {
    var talk = talk([ToolResult(call("poll"), content: "1"), ToolResult(call("x"), content: "-"), ToolResult(call("poll"), content: "2")])
    talk.add(answer(nil, call("poll")))
    talk.add(answer(nil, call("poll"), call("poll")))
    #expect(talk.messages.filter { $0.role == .tool }.map(\.content) == ["1", "2", "2"])
    #expect(talk.messages.toolProblem == nil)
  }

  /// Where production's answer ended with its calls, the candidate's is compared at the same place.
  @Test func theConversationEndsWhereProductionsDid() {
    var talk = talk(production: answer(nil, call("order")))
    talk.add(answer(nil, call("order")))
    #expect(!talk.isWaiting && talk.answer == answer(nil, call("order")))
    #expect(talk.stubbed == 0)
  }

  @Test func allAnswersCountAsOne() throws {
    var talk = talk()
    talk.add(answer("Let me look.", call("order"), cost: 5, latency: .milliseconds(10)))
    talk.add(answer("It shipped.", cost: 7, latency: .milliseconds(30), ttft: 9))
    let whole = try #require(talk.answer), completion = try #require(whole.completion)
    #expect(whole.costMicro == 12 && whole.isFresh)
    #expect(completion.text == "It shipped." && completion.toolCalls == [call("order")])
    #expect(completion.latency == .milliseconds(40) && completion.ttft == .milliseconds(4))
    #expect(completion.usage == TokenUsage(input: 6, output: 4))
  }

  @Test func whatOneAnswerDoesNotSayTheWholeDoesNot() throws {
    var talk = talk()
    talk.add(answer(nil, call("order"), cost: nil, latency: nil))
    talk.add(answer("It shipped."))
    let whole = try #require(talk.answer)
    #expect(whole.costMicro == nil && whole.completion?.latency == nil)
  }

  @Test func aFailureEndsItAndIsTheAnswer() throws {
    var talk = talk()
    talk.add(answer(nil, call("order")))
    talk.add(ShadowAnswer(.failure(CallFailure(.timeout, "30 s")), costMicro: 2, isFresh: true))
    #expect(!talk.isWaiting)
    let whole = try #require(talk.answer)
    #expect(whole.completion == nil && whole.costMicro == 7)
  }

  @Test func nobodyIsAskedForEver() {
    var talk = talk()
    for _ in 0..<20 { talk.add(answer(nil, call("order"))) }
    #expect(!talk.isWaiting && talk.isCut)
    #expect(talk.answer?.completion?.toolCalls.count == ToolConversation.mostAnswers)
    var crowd = self.talk()
    let calls = (0...ToolConversation.mostCalls).map { call("order", $0) }
    crowd.add(ShadowAnswer(.completion(Completion(text: nil, toolCalls: calls)), isFresh: true))
    #expect(!crowd.isWaiting && crowd.isCut && crowd.messages.count == 1)
  }
}
