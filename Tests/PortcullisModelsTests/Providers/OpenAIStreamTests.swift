import PortcullisCore
import Testing

@testable import PortcullisModels

@Suite struct OpenAIStreamTests {
  private func read(_ body: String, arrivals: [HTTPArrival] = []) throws -> Completion {
    try provider(stream: true).completion(from: httpAnswer(body, headers: [("Content-Type", "text/event-stream")], arrivals: arrivals))
  }

  private func event(_ delta: String, finish: String = "null", index: Int = 0) -> String {
    #"data: {"choices":[{"index":\#(index),"delta":"# + delta + #","finish_reason":"# + finish + "}]}\n\n"
  }

  private let done = "data: [DONE]\n\n"
  private var stop: String { event("{}", finish: "\"stop\"") }

  private func recordedText() throws -> String { String(decoding: try recorded("text.sse"), as: UTF8.self) }

  @Test func everyProperPrefixOfAStreamIsMalformed() throws {
    let whole = try recorded("text.sse")
    // The blank line after [DONE] may be missing: nothing can have been lost there.
    for count in 0..<(whole.count - 2) {
      var answer = httpAnswer("", headers: [("Content-Type", "text/event-stream")])
      answer.body = Array(whole[..<count])
      #expect(refused { try provider(stream: true).completion(from: answer) }?.kind == .malformed, "cut after \(count) bytes")
    }
  }

  struct Form: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (String) -> String
    init(_ name: String, _ change: @escaping @Sendable (String) -> String) { (testDescription, self.change) = (name, change) }
  }

  static let forms: [Form] = [
    Form("CR LF") { $0.replacing("\n", with: "\r\n") },
    Form("CR") { $0.replacing("\n", with: "\r") },
    Form("no blank after the colon") { $0.replacing("data: ", with: "data:") },
    Form("byte-order mark") { "\u{FEFF}" + $0 },
    Form("comments") { $0.replacing("data: ", with: ": ping\n:\ndata: ") },
    Form("other fields") { $0.replacing("data: ", with: "id: 7\nretry: 5\nfoo\ndata: ") },
    Form("done twice") { $0 + "data: [DONE]\n\n" },
    Form("events after the end") { $0 + "data: {\"choices\":[]}\n\ndata: nonsense\n\n" },
    Form("no blank line at the end") { String($0.dropLast(2)) },
    Form("several data lines") { $0.replacing(",\"object\"", with: ",\ndata: \"object\"") },
    Form("pings with data") { "event: ping\ndata: {\"type\":\"ping\"}\n\n" + $0 },
  ]

  @Test(arguments: forms)
  func formsThatTheStandardAllowsAreTheSameAnswer(_ form: Form) throws {
    #expect(try read(form.change(recordedText())) == read(recordedText()))
  }

  @Test func aStreamThatContradictsItselfIsNoAnswer() {
    let said = event(#"{"content":"a"}"#)
    #expect(refused { try read(said + stop + event("{}", finish: "\"length\"") + done) }?.kind == .malformed)
    #expect(refused { try read(said + stop + said + done) }?.kind == .malformed)
    let named = { (model: String) in #"data: {"model":"\#(model)","choices":[]}"# + "\n\n" }
    #expect(refused { try read(named("one") + said + stop + named("two") + done) }?.kind == .wrongModel)
    #expect(throws: Never.self) { try read(named("one") + said + stop + named("one") + done) }
  }

  @Test func anEndWithoutAFinishReasonIsMalformed() throws {
    #expect(refused { try read(event(#"{"content":"all"}"#) + done) }?.kind == .malformed)
  }

  @Test func anEndWithoutDoneIsMalformed() throws {
    #expect(refused { try read(event(#"{"content":"all"}"#) + stop) }?.kind == .malformed)
  }

  @Test(arguments: [
    "data: {\"choices\":\n\n", "data: hello\n\n", "data: [1]\n\n", "data: {\"choices\":{}}\n\n",
    #"data: {"choices":[{"index":0,"delta":{"content":5}}]}"# + "\n\n",
    #"data: {"choices":[{"index":0,"delta":{},"finish_reason":5}]}"# + "\n\n",
    #"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}"# + "\n\n",
  ])
  func oneBrokenEventMakesTheStreamMalformed(_ broken: String) throws {
    let failure = refused { try read(event(#"{"content":"a"}"#) + broken + stop + done) }
    #expect(failure?.kind == .malformed)
    #expect(failure?.mayBeBilled == true)
  }

  @Test(arguments: [
    (#"data: {"error":{"message":"The server is overloaded","type":"server_error"}}"#, FailureKind.server),
    ("event: error\ndata: {\"message\":\"boom\"}", .server),
    (#"data: {"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}"#, .rateLimit),
    (#"data: {"error":"context_length_exceeded"}"#, .request), (#"data: {"error":{"message":"m","code":"insufficient_quota"}}"#, .quota),
    (#"data: {"error":{"message":"m","code":429}}"#, .rateLimit),
  ])
  func anErrorInTheMiddleIsAFailureEvenBeforeACleanEnd(_ row: (event: String, kind: FailureKind)) throws {
    let failure = refused { try read(event(#"{"content":"a"}"#) + row.event + "\n\n" + stop + done) }
    #expect(failure?.kind == row.kind)
    #expect(failure?.mayBeBilled == true)
  }

  @Test func toolCallsAreAssembledByTheirIndexInTheirOrder() throws {
    let stream =
      event(#"{"tool_calls":[{"index":1,"function":{"name":"second","arguments":"{\"b\""}}]}"#)
      + event(#"{"tool_calls":[{"index":0,"function":{"name":"first","arguments":"{"}},{"index":1,"function":{"arguments":":2}"}}]}"#)
      + event(#"{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}"#) + event("{}", finish: "\"tool_calls\"") + done
    let calls = try read(stream).toolCalls
    #expect(calls == [ToolCall(name: "first", arguments: .object([])), ToolCall(name: "second", arguments: .object([("b", .int(2))]))])
  }

  @Test func deltasOfOtherChoicesAreLeftOut() throws {
    let stream =
      event(#"{"content":"a"}"#) + event(#"{"content":"X"}"#, index: 1) + event("{}", finish: "\"length\"", index: 1) + stop + done
    let completion = try read(stream)
    #expect(completion.text == "a")
    #expect(completion.finish == .stop)
  }

  @Test func theFirstTokenIsTimedByTheArrivalOfItsEvent() throws {
    let role = event(#"{"role":"assistant","content":""}"#), first = event(#"{"content":"a"}"#), second = event(#"{"content":"b"}"#)
    let stream = role + first + second + stop + done
    let middle = role.utf8.count + 5, afterFirst = (role + first).utf8.count + 3, end = stream.utf8.count
    let arrivals = [(middle, 10), (afterFirst, 35), (end, 90)].map { HTTPArrival(end: $0.0, at: .milliseconds($0.1)) }
    let completion = try read(stream, arrivals: arrivals)
    #expect(completion.ttft == .milliseconds(35))
    #expect(completion.latency == .milliseconds(500))
  }

  @Test func anEventAboveFourMegabytesIsTooLarge() throws {
    let failure = refused { try read(event(#"{"content":""# + String(repeating: "x", count: 4 << 20) + #""}"#) + stop + done) }
    #expect(failure?.kind == .tooLarge)
  }

  @Test func onlyWhatIsNoCommentIsProgressHoweverItIsCut() {
    let text = Array(": ping\r\n\r\ndata: a\n\n:x\n: data: b\n\n\n".utf8)
    for size in 1...text.count {
      let progress = EventProgress()
      var marked: [UInt8] = []
      for start in stride(from: 0, to: text.count, by: size) {
        let piece = text[start..<min(start + size, text.count)]
        if piece.withUnsafeBytes({ progress.isProgress($0) }) { marked += piece }
      }
      // Every piece that holds a byte of the data line is progress; with pieces of one byte, nothing else is.
      #expect(marked.contains(UInt8(ascii: "a")))
      if size == 1 { #expect(marked == Array("data: a".utf8)) }
    }
    let comments = EventProgress()
    #expect(!Array(": a\n\n: b\n".utf8).withUnsafeBytes { comments.isProgress($0) })
  }
}
