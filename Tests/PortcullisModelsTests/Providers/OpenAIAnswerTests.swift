import PortcullisCore
import Testing

@testable import PortcullisModels

@Suite struct OpenAIAnswerTests {
  private func read(_ body: String, stream: Bool = false, headers: [(String, String)] = []) throws -> Completion {
    try provider(stream: stream).completion(from: httpAnswer(body, headers: headers))
  }

  private func choice(_ message: String, _ finish: String = "\"stop\"") -> String {
    #"{"choices":[{"index":0,"message":"# + message + #","finish_reason":"# + finish + "}]}"
  }

  @Test(arguments: [
    "", "{", "[1]", "\"text\"", "null", "not json", #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],}"#,
    #"{"choices":[{"message":{"content":"x","content":"y"},"finish_reason":"stop"}]}"#,
    #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]} trailing"#, #"{}"#, #"{"choices":null}"#, #"{"choices":[]}"#,
    #"{"choices":{}}"#, #"{"choices":[{"finish_reason":"stop"}]}"#, #"{"choices":[{"message":null,"finish_reason":"stop"}]}"#,
    #"{"choices":[{"message":{"content":"x"},"finish_reason":null}]}"#, #"{"choices":[{"message":{"content":"x"}}]}"#,
    #"{"choices":[{"message":{"content":7},"finish_reason":"stop"}]}"#,
    #"{"choices":[{"message":{"content":{"a":1}},"finish_reason":"stop"}]}"#,
    #"{"choices":[{"message":{"content":[{"text":"x"}]},"finish_reason":"stop"}]}"#,
    #"{"choices":[{"message":{"content":null,"tool_calls":[{}]},"finish_reason":"tool_calls"}]}"#,
    #"{"choices":[{"message":{"content":null,"tool_calls":{}},"finish_reason":"tool_calls"}]}"#,
    #"{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
    #"{"choices":[{"index":1,"message":{"content":"x"},"finish_reason":"stop"}]}"#,
    #"{"choices":[{"message":{"content":"\ud800"},"finish_reason":"stop"}]}"#,
  ])
  func whatLacksTheShapeOfAnAnswerIsMalformed(_ body: String) throws {
    let failure = refused { try read(body) }
    #expect(failure?.kind == .malformed)
    #expect(failure?.mayBeBilled == true)
    #expect(failure?.received == body)
  }

  @Test func invalidUTF8IsMalformed() throws {
    var answer = httpAnswer("")
    answer.body = Array(#"{"choices":[{"message":{"content":"a"#.utf8) + [0xFF] + Array(#"b"},"finish_reason":"stop"}]}"#.utf8)
    #expect(refused { try provider(stream: false).completion(from: answer) }?.kind == .malformed)
  }

  @Test func nestingBeyondTheLimitIsMalformed() throws {
    #expect(refused { try read(String(repeating: "[", count: 100_000)) }?.kind == .malformed)
  }

  @Test func everyProperPrefixOfAnAnswerIsMalformed() throws {
    let whole = try recorded("text.json")
    let end = whole.lastIndex(of: UInt8(ascii: "}"))!  // the recording is an object
    for count in 0...end {
      var answer = httpAnswer("")
      answer.body = Array(whole[..<count])
      #expect(refused { try provider(stream: false).completion(from: answer) }?.kind == .malformed)
    }
  }

  @Test(arguments: [
    (#"{"content":null}"#, String?.none), (#"{}"#, nil), (#"{"content":""}"#, ""), (#"{"content":" \n"}"#, " \n"),
    (#"{"content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{}},{"type":"text","text":"b"}]}"#, "ab"),
    (#"{"content":"e\u0301\u0000"}"#, "e\u{301}\u{0}"), (#"{"content":null,"reasoning_content":"thinking"}"#, nil),
  ])
  func textIsTakenExactlyAsSent(_ row: (message: String, text: String?)) throws {
    let text = try read(choice(row.message)).text
    #expect(text.map { Array($0.utf8) } == row.text.map { Array($0.utf8) })
  }

  @Test func aByteOrderMarkAndAnotherContentTypeDoNoHarm() throws {
    #expect(try read("\u{FEFF}" + choice(#"{"content":"x"}"#), headers: [("Content-Type", "text/plain")]).text == "x")
  }

  @Test func ofSeveralChoicesTheFirstIsTheAnswer() throws {
    let body =
      #"{"choices":[{"index":1,"message":{"content":"b"},"finish_reason":"stop"},"#
      + #"{"index":0,"message":{"content":"a"},"finish_reason":"length"}]}"#
    let completion = try read(body)
    #expect(completion.text == "a")
    #expect(completion.finish == .length)
  }

  @Test(arguments: [
    (#"{"name":"f","arguments":"{\"a\":1}"}"#, JSON.object([("a", .int(1))])),
    (#"{"name":"f","arguments":{"a":1}}"#, .object([("a", .int(1))])),
    (#"{"name":"f","arguments":""}"#, .object([])), (#"{"name":"f","arguments":null}"#, .object([])), (#"{"name":"f"}"#, .object([])),
    (#"{"name":"f","arguments":"{\"a\":1,\"a\":2}"}"#, .string(#"{"a":1,"a":2}"#)),
    (#"{"name":"f","arguments":"{\"a\":1,}"}"#, .string(#"{"a":1,}"#)),
  ])
  func toolArgumentsAreReadStrictlyOrKeptAsText(_ row: (function: String, arguments: JSON)) throws {
    let new = try read(choice(#"{"tool_calls":[{"type":"function","function":"# + row.function + "}]}", "\"tool_calls\""))
    #expect(new.toolCalls == [ToolCall(name: "f", arguments: row.arguments)])
    let old = try read(choice(#"{"function_call":"# + row.function + "}", "\"function_call\""))
    #expect(old.toolCalls == new.toolCalls)
    #expect(old.finish == .toolCalls)
  }

  @Test(arguments: [
    (#"{"prompt_tokens":10,"completion_tokens":5}"#, TokenUsage(input: 10, output: 5)), ("null", TokenUsage()), ("{}", TokenUsage()),
    (#""many""#, TokenUsage()), (#"{"prompt_tokens":-1,"completion_tokens":5}"#, TokenUsage(output: 5)),
    (#"{"prompt_tokens":1e12,"completion_tokens":1.5}"#, TokenUsage()),
    (#"{"prompt_tokens":"10","completion_tokens":5.0}"#, TokenUsage(output: 5)),
    (#"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11}}"#, TokenUsage(input: 10, output: 5)),
    (
      #"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":8},"#
        + #""completion_tokens_details":{"reasoning_tokens":2}}"#,
      TokenUsage(input: 10, output: 5, cachedInput: 8, reasoning: 2)
    ),
  ])
  func countsThatCannotBeAreUnknown(_ row: (usage: String, expected: TokenUsage)) throws {
    let body = #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":"# + row.usage + "}"
    #expect(try read(body).usage == row.expected)
  }

  @Test func anUnknownFinishReasonIsKept() throws { #expect(try read(choice(#"{"content":"x"}"#, "\"eos\"")).finish == .other("eos")) }

  @Test func anOddNumberedSuccessIsAnAnswer() throws {
    let answer = httpAnswer(choice(#"{"content":"x"}"#), status: 201)
    #expect(try provider(stream: false).completion(from: answer).text == "x")
  }

  @Test func aStreamedRequestAnsweredWithOneObjectIsReadAsOne() throws {
    let completion = try read(choice(#"{"content":"x"}"#), stream: true)
    #expect(completion.text == "x")
    #expect(completion.ttft == nil)
  }

  @Test func aPlainRequestAnsweredWithEventsIsReadAsEvents() throws {
    let body = String(decoding: try recorded("text.sse"), as: UTF8.self)
    #expect(try read(body, headers: [("Content-Type", "text/event-stream; charset=utf-8")]).text?.hasPrefix("You can") == true)
  }
}
