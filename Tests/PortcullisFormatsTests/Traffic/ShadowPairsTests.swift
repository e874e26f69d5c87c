import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import Testing

@Suite struct ShadowPairsTests {
  private func read(_ files: [String]) throws -> (pairs: [ShadowPair], lost: Int, files: ShadowFiles) {
    let folder = try TestFolder()
    let paths = try files.enumerated().map { index, text in try folder.write("pairs\(index).jsonl", text) }
    var pairs: [ShadowPair] = [], lost = 0
    let found = try readShadowPairs(paths, each: { pairs.append($0) }, lost: { lost += 1 })
    return (pairs, lost, found)
  }

  private let good = #"{"id":"ok","input":"q","production":{"text":"a"},"candidate":{"text":"a"}}"#

  @Test func aWholePairIsRead() throws {
    let (pairs, lost, files) = try read([
      """
      {"id":"r1","messages":[{"role":"developer","content":"be kind"},{"role":"user","content":[{"type":"text","text":"hi"}]},{"role":"assistant","content":null,"tool_calls":[{"name":"f"}]}],\
      "production":{"text":"a","score":1,"latency_ms":12.5,"usage":{"input":3,"output":4},"cost_micro_usd":9,"mood":"fine"},\
      "candidate":{"tool_calls":[{"name":"refund","arguments":"{\\"order\\":7}"}],"score":null},\
      "noise":{"failure":{"kind":"timeout","message":"30 s"}},"tags":{"language":"de","vip":true},"cluster":7,"at":"2026-09-16T13:40:00Z","trace":"x"}

      """
    ])
    let pair = try #require(pairs.first)
    #expect(lost == 0 && files.pairs == 1)
    #expect(pair.messages.map(\.role) == [.system, .user, .assistant])
    #expect(pair.messages[1].content == "hi")
    #expect(pair.production?.score == 1 && pair.production?.costMicro == 9)
    #expect(pair.production?.completion?.latency == .microseconds(12500))
    #expect(pair.candidate?.completion?.toolCalls.first?.arguments["order"]?.int == 7)
    #expect(pair.candidate?.score == nil)
    #expect(pair.noise?.completion == nil && pair.noise != nil)
    #expect(pair.tags == [Case.Tag(name: "language", value: "de"), Case.Tag(name: "vip", value: "true")])
    #expect(pair.cluster == "7")
    #expect(files.ignored.map(\.field) == ["production.mood", "trace"])
  }

  /// What is damaged is a request of which nobody knows how it went: lost, never skipped, never read as something else.
  @Test(
    arguments: [
      "nothing of JSON", #"{"id":"x","input":"q""#, "[1]", "7", #"{"input":"q"}"#, #"{"id":7}"#, #"{"id":""}"#, #"{"id":"a..b"}"#,
      #"{"id":"x","id":"y"}"#, #"{"id":"x","input":7}"#, #"{"id":"x","input":"a","messages":[]}"#,
      #"{"id":"x","messages":[{"role":"cat"}]}"#,
      #"{"id":"x","production":"text"}"#, #"{"id":"x","production":{}}"#, #"{"id":"x","candidate":{"text":7}}"#,
      #"{"id":"x","candidate":{"text":"a","score":1.2}}"#, #"{"id":"x","candidate":{"text":"a","score":-0.1}}"#,
      #"{"id":"x","candidate":{"text":"a","score":"good"}}"#, #"{"id":"x","candidate":{"text":"a","score":NaN}}"#,
      #"{"id":"x","candidate":{"text":"a","latency_ms":-1}}"#, #"{"id":"x","candidate":{"text":"a","cost_micro_usd":-1}}"#,
      #"{"id":"x","candidate":{"failure":{"kind":"sad"}}}"#, #"{"id":"x","tags":["de"]}"#, #"{"id":"x","tags":{"a":{}}}"#,
      #"{"id":"x","tool_results":{}}"#, #"{"id":"x","tool_results":[{"content":"r"}]}"#, #"{"id":"x","tool_results":[{"name":"f"}]}"#,
      #"{"id":"x","messages":[{"role":"assistant","tool_calls":"f"}]}"#, #"{"id":"x","messages":[{"role":"assistant","tool_calls":[{}]}]}"#,
      #"{"id":"x","cluster":[]}"#, #"{"id":"x","at":"yesterday"}"#, #"{"id":"x","tags":{"a":"\u202e"}}"#,
    ])
  func aDamagedLineIsALostPair(_ line: String) throws {
    let (pairs, lost, files) = try read([good + "\n" + line + "\n"])
    #expect(pairs.map(\.id.text) == ["ok"])
    #expect(lost == 1 && files.damaged == 1)
    let problem = try #require(files.problems.first)
    #expect(problem.place?.line == 2)
    #expect(problem.severity == .warning)
    #expect(problem.message.contains("counts as missing"), "\(problem)")
  }

  /// Logs name calls in many ways, or not at all; what is read is what an endpoint takes.
  @Test(
    arguments: [
      #"{"role":"assistant","tool_calls":[{"id":"c1","name":"f","arguments":{"a":1}}]},{"role":"tool","tool_call_id":"c1","content":"r"}"#,
      #"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","content":"r"}"#,
      #"{"role":"assistant","function_call":{"name":"f","arguments":"{\"a\":1}"}},{"role":"function","name":"f","content":"r"}"#,
    ])
  func callsOfAConversationFindTheirResults(_ messages: String) throws {
    let (pairs, lost, _) = try read([#"{"id":"x","messages":[{"role":"user","content":"q"},"# + messages + "]}"])
    #expect(lost == 0)
    let talk = pairs[0].messages
    #expect(talk.toolProblem == nil, "\(talk)")
    #expect(talk[1].calls.map(\.call) == [ToolCall(name: "f", arguments: .object([("a", .int(1))]))])
    #expect(talk[2].answeredCall == talk[1].calls[0].id && talk[2].content == "r")
  }

  @Test func recordedResultsAreReadAndTheirCallsArePartOfProductionsAnswer() throws {
    let results = #""tool_results":[{"name":"f","arguments":"{\"a\":1}","content":"r"},{"name":"g","content":{"k":2}}]"#
    let (pairs, lost, files) = try read([
      #"{"id":"x","input":"q","production":{"text":"a"},"# + results + "}\n"
        + #"{"id":"y","input":"q","production":{"tool_calls":[{"name":"h"}]},"# + results + "}\n"
    ])
    #expect(lost == 0 && files.ignored.isEmpty)
    let calls = [ToolCall(name: "f", arguments: .object([("a", .int(1))])), ToolCall(name: "g", arguments: .object([]))]
    #expect(pairs[0].toolResults == [ToolResult(calls[0], content: "r"), ToolResult(calls[1], content: #"{"k":2}"#)])
    #expect(pairs[0].production?.completion?.toolCalls == calls)
    #expect(pairs[1].production?.completion?.toolCalls.map(\.name) == ["h"], "what was written as its calls stays")
  }

  @Test func anArmThatIsNullOrAbsentIsNone() throws {
    let (pairs, lost, _) = try read([#"{"id":"x","input":"q","production":null,"candidate":{"text":""}}"#])
    #expect(lost == 0)
    #expect(pairs[0].production == nil && pairs[0].noise == nil)
    #expect(pairs[0].candidate?.completion?.text == "", "an empty answer is an answer")
  }

  @Test func anIdThatComesTwiceLosesAPair() throws {
    let (pairs, lost, files) = try read([good + "\n" + good + "\n", good + "\n{\"id\":\"other\"}\n"])
    #expect(pairs.map(\.id.text) == ["ok", "other"])
    #expect(lost == 2 && files.duplicates == 2)
    #expect(files.problems.contains { $0.message.contains("read before") })
  }

  @Test(arguments: ["", "\n\n", "nothing\n", "{\"input\":\"q\"}\n"]) func aFileWithoutAPairIsRefused(_ text: String) {
    #expect(throws: Problems.self) { try read([text]) }
  }

  @Test func aFileThatIsNotThereOrGivenTwiceIsRefused() throws {
    let folder = try TestFolder()
    let path = try folder.write("pairs.jsonl", good + "\n")
    #expect(throws: Problems.self) { try readShadowPairs([path, path], each: { _ in }, lost: {}) }
    #expect(throws: Problems.self) { try readShadowPairs([path + "x"], each: { _ in }, lost: {}) }
  }

  @Test func theDigestIsOfAllFiles() throws {
    #expect(try read([good]).files.digest == read([good]).files.digest)
    #expect(try read([good]).files.digest != read([good + "\n"]).files.digest)
  }
}
