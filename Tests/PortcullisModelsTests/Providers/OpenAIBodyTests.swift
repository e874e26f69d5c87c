import PortcullisCore
import Testing

@testable import PortcullisModels

@Suite struct OpenAIBodyTests {
  private func body(_ target: Target, _ request: ModelRequest = question()) throws -> String {
    String(decoding: try OpenAIProvider(target, key: nil).body(for: request), as: UTF8.self)
  }

  @Test func whatAllCallsShareComesFirstAndTheMessagesLast() throws {
    let tools: [JSON] = [.object([("type", .string("function"))])]
    let some = target(parameters: [("temperature", .int(0)), ("max_tokens", .int(300))], tools: tools, stream: true)
    #expect(
      try body(some) == #"{"model":"support-small","temperature":0,"max_tokens":300,"tools":[{"type":"function"}],"stream":true,"#
        + #""stream_options":{"include_usage":true},"messages":[{"role":"system","content":"You are the support."},"#
        + #"{"role":"user","content":"How long may I return it?"}]}"#)
  }

  @Test func aPlainCallAsksForNoStream() throws {
    #expect(try body(target(stream: false)).hasPrefix(#"{"model":"support-small","messages":[{"#))
  }

  @Test func streamingIsTheDefault() throws { #expect(try body(target()).contains(#""stream":true"#)) }

  @Test func aRequestsOwnParametersReplaceTheTargets() throws {
    let some = target(parameters: [("temperature", .double(0.7)), ("top_p", .int(1))], stream: false)
    let request = question(parameters: [("temperature", .int(0)), ("seed", .int(7))])
    #expect(try body(some, request).hasPrefix(#"{"model":"support-small","temperature":0,"top_p":1,"seed":7,"messages":["#))
  }

  @Test func textIsSentByteForByte() throws {
    let text = "quote \" back \\ line\nnul \u{0} bidi \u{202E} e\u{301} 🪴 </script>"
    let json = try JSON(parsing: try body(target(), question(text)))
    #expect(json["messages"]?.array?.last?["content"]?.string?.utf8.elementsEqual(text.utf8) == true)
  }

  /// What an endpoint wants to see of earlier calls: each with its id, its arguments as a text, and its result under the same id.
  @Test func callsAndTheirResultsAreWrittenAsTheEndpointReadsThem() throws {
    let call = ToolCall(name: "order", arguments: .object([("id", .int(7))]))
    let talk = [
      Message(role: .user, content: "where?"), Message(role: .assistant, content: "", calls: [MadeCall(id: "c1", call)]),
      Message(role: .tool, content: "shipped", answeredCall: "c1"),
    ]
    let origin = question().origin
    #expect(
      try body(target(stream: false), ModelRequest(messages: talk, origin: origin)) == #"{"model":"support-small","messages":["#
        + #"{"role":"user","content":"where?"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","#
        + #""function":{"name":"order","arguments":"{\"id\":7}"}}]},{"role":"tool","content":"shipped","tool_call_id":"c1"}]}"#)
  }

  @Test(arguments: ["model", "messages", "tools", "stream", "stream_options"])
  func whatTheTargetSaysElsewhereIsNoParameter(_ name: String) throws {
    #expect(throws: Diagnostic.self) { try OpenAIProvider(target(parameters: [(name, .bool(true))]), key: nil) }
  }

  @Test func theKeyIsABearerTokenUnlessAHeaderSaysOtherwise() throws {
    let plain = try OpenAIProvider(target(), key: Secret("k-123"))
    #expect(plain.endpoint.headers.contains(HTTPHeader("Authorization", "Bearer k-123")))
    #expect(plain.endpoint.url == "http://127.0.0.1:1/v1/chat/completions")
    let own = try OpenAIProvider(target(headers: [Target.Header(name: "authorization", value: "Basic x")]), key: Secret("k-123"))
    #expect(own.endpoint.headers.filter { $0.name.lowercased() == "authorization" } == [HTTPHeader("authorization", "Basic x")])
    #expect(try OpenAIProvider(target(), key: nil).endpoint.headers == [HTTPHeader("Content-Type", "application/json")])
    #expect(try OpenAIProvider(target(baseURL: nil), key: nil).endpoint.url == "https://api.openai.com/v1/chat/completions")
  }

  @Test(arguments: [
    (
      "file:///etc/passwd",
      "the base_url 'file:///etc/passwd/chat/completions' of target 'candidate' must begin with 'http://' or 'https://'"
    ),
    (
      "http://169.254.169.254",
      "the base_url 'http://169.254.169.254/chat/completions' of target 'candidate' is a link-local or metadata address; "
        + "these are never called"
    ),
    (
      "http://u:s3cret@h",
      "the base_url of target 'candidate' holds a user name or password; name the key's environment variable in 'api_key' instead"
    ),
  ])
  func anEndpointThatMayNotBeCalledIsRefusedBeforeAnyCall(_ row: (url: String, message: String)) {
    #expect(throws: Diagnostic(.error, row.message)) { try OpenAIProvider(target(baseURL: row.url), key: nil) }
  }

  @Test func aKeyWithALineBreakIsRefusedWithoutBeingShown() {
    #expect(throws: Diagnostic(.error, "target 'candidate': the header 'Authorization' holds a line break or another control character")) {
      try OpenAIProvider(target(), key: Secret("abc\r\nX: y"))
    }
  }

  @Test func theReserveIsEstimatedFromTheBodyAndTheTokenLimit() {
    let none = JSONObject(), limit = JSONObject([("max_tokens", .int(300))]), newer = JSONObject([("max_completion_tokens", .int(50))])
    #expect(estimatedUsage(bodyBytes: 400, none, none) == TokenUsage(input: 101, output: 1024))
    #expect(estimatedUsage(bodyBytes: 400, limit, none) == TokenUsage(input: 101, output: 300))
    #expect(estimatedUsage(bodyBytes: 400, limit, newer) == TokenUsage(input: 101, output: 50))
    #expect(estimatedUsage(bodyBytes: 400, JSONObject([("max_tokens", .int(-1))]), none) == TokenUsage(input: 101, output: 1024))
  }
}
