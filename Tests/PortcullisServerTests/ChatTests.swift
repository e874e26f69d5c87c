import PortcullisCore
import Testing

@testable import PortcullisServer

@Suite struct Chat {
  private static let completion = Completion(
    text: "Grüße, 世界! This is an answer.", toolCalls: [ToolCall(name: "refund", arguments: .object([("order", .string("A1"))]))],
    finish: .toolCalls,
    refusal: nil, usage: TokenUsage(input: 7, output: 5, cachedInput: 2))

  @Test func aPlainAnswerHoldsWhatWasRecorded() throws {
    let body = ChatAnswer(completion: Self.completion, model: "asked", id: "x").body
    let choice = try #require(body["choices"]?.array?.first)
    #expect(body["model"]?.string == "asked")
    #expect(choice["message"]?["content"]?.string == Self.completion.text)
    #expect(choice["finish_reason"]?.string == "tool_calls")
    let call = try #require(choice["message"]?["tool_calls"]?.array?.first)
    #expect(call["function"]?["arguments"]?.string == "{\"order\":\"A1\"}")
    #expect(body["usage"]?["prompt_tokens"]?.int == 7)
    #expect(body["usage"]?["prompt_tokens_details"]?["cached_tokens"]?.int == 2)
  }

  @Test func whatIsNotRecordedIsNotInvented() {
    let body = ChatAnswer(completion: Completion(text: "a"), model: "m", id: "x").body
    #expect(body["usage"] == nil)
    #expect(body["choices"]?.array?.first?["message"]?["tool_calls"] == nil)
  }

  @Test func theChunksOfAStreamAddUpToTheAnswer() throws {
    let events = ChatAnswer(completion: Self.completion, model: "m", id: "x").events(includesUsage: true)
    #expect(String(decoding: try #require(events.last), as: UTF8.self) == "[DONE]")
    let chunks = try events.dropLast().map { try JSON(parsing: $0) }
    let text = chunks.compactMap { $0["choices"]?.array?.first?["delta"]?["content"]?.string }.joined()
    #expect(text == Self.completion.text)
    #expect(chunks.compactMap { $0["choices"]?.array?.first?["finish_reason"]?.string } == ["tool_calls"])
    #expect(chunks.last?["usage"]?["completion_tokens"]?.int == 5)
    #expect(chunks.last?["choices"]?.array?.isEmpty == true)
  }

  @Test func usageIsStreamedOnlyWhereItIsAskedFor() {
    let events = ChatAnswer(completion: Self.completion, model: "m", id: "x").events(includesUsage: false)
    #expect(!events.contains { String(decoding: $0, as: UTF8.self).contains("usage") })
  }

  @Test func anEmptyAnswerStreamsToItsEnd() throws {
    let events = ChatAnswer(completion: Completion(text: ""), model: "m", id: "x").events(includesUsage: false)
    #expect(events.count == 3)  // the role, the finish, the end
  }

  @Test func aRequestIsReadAsFarAsReplayingNeeds() throws {
    let bytes = Array(
      #"{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}"#.utf8)
    let request = try #require(ChatRequest(bytes))
    #expect(request.isStream && request.includesUsage)
    #expect(request.query.model == "m")
    #expect(request.query.messages == [Message(role: .user, content: "hi")])
  }

  @Test(arguments: [
    "", "[]", "{}", "{\"model\":\"m\"}", "{\"model\":\"m\",\"messages\":[{\"role\":\"god\"}]}", "{\"model\":1,\"messages\":[]}",
  ])
  func whatIsNoRequestIsRefused(_ text: String) { #expect(ChatRequest(Array(text.utf8)) == nil) }
}
