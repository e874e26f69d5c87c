import PortcullisCore
import PortcullisFormats
import Testing

struct RecordingTests {
  private func load(_ text: String) throws -> LoadedRecordings {
    let folder = try TestFolder()
    return try loadRecordings(at: [folder.write("r.jsonl", text)], project: folder.project)
  }

  @Test func everyFieldOfARecordingIsRead() throws {
    let loaded = try load(
      """
      {"case":"a","arm":"candidate","repeat":1,"text":"hi","tool_calls":[{"name":"f","arguments":{"x":1}}],"finish_reason":"length",\
      "usage":{"input":3,"output":2,"cached_input":1,"reasoning":0},"latency_ms":31.5,"ttft_ms":16,"model":"m"}
      """)
    let id = try #require(CaseID("a"))
    let completion = Completion(
      text: "hi", toolCalls: [ToolCall(name: "f", arguments: .object([("x", .int(1))]))], finish: .length,
      usage: TokenUsage(input: 3, output: 2, cachedInput: 1, reasoning: 0), latency: .microseconds(31_500), ttft: .milliseconds(16),
      servedModel: "m")
    #expect(
      loaded.recordings == [Recording(key: .caseID(id), arm: .candidate, repeatIndex: 1, content: .completion(completion), model: "m")])
    #expect(loaded.ignored.isEmpty)
  }

  @Test func whatIsMissingStaysMissing() throws {
    let loaded = try load(
      #"{"id":"a","output":"hi","recorded_correct":false,"usage":null,"latency_ms":null}"# + "\n"
        + #"{"id":"b","output":"","recorded_correct":true}"#)
    #expect(loaded.recordings.map(\.content) == [.completion(Completion(text: "hi")), .completion(Completion(text: ""))])
    #expect(loaded.recordings.map(\.repeatIndex) == [0, 0])
    #expect(loaded.ignored.map(\.field) == ["recorded_correct"])
    #expect(loaded.ignored.map(\.count) == [2])
  }

  @Test func failuresAndRequestsAreRead() throws {
    let digest = Digest(of: "body")
    let loaded = try load(#"{"request":"\#(digest)","failure":{"kind":"rate_limit","message":"slow down"}}"#)
    #expect(loaded.recordings == [Recording(key: .request(digest), content: .failure(CallFailure(.rateLimit, "slow down")))])
  }

  @Test(arguments: [
    ("", "r.jsonl: error: the file holds no recording"),
    (#"{"text":"hi"}"#, "r.jsonl:1:1: error: the recording names no 'case' and no 'request'"),
    (#"{"case":"a"}"#, "r.jsonl:1:1: error: the recording holds no answer"),
    (#"{"case":"a","id":"b","text":"x"}"#, "r.jsonl:1:13: error: the recording gives 'case' and 'id'"),
    (#"{"case":"a","text":"x","output":"y"}"#, "r.jsonl:1:24: error: the recording gives 'text' and 'output'"),
    (#"{"case":"a","text":7}"#, "r.jsonl:1:20: error: 'text' is 7; it must be text"),
    (#"{"case":"a","text":"x","repeat":-1}"#, "r.jsonl:1:33: error: 'repeat' is -1; it must be from 0 to 999999"),
    (#"{"case":"a","text":"x","arm":"canary"}"#, "r.jsonl:1:30: error: 'arm' is 'canary', which is unknown"),
    (#"{"case":"a","text":"x","latency_ms":-1}"#, "r.jsonl:1:37: error: 'latency_ms' is -1; it must be from 0 to 1000000000000"),
    (#"{"case":"a","text":"x","usage":{"output":-1}}"#, "r.jsonl:1:42: error: 'output' is -1; it must be 0 or more"),
    (#"{"case":"a","failure":{"kind":"timout"}}"#, "r.jsonl:1:31: error: 'kind' is 'timout', which is unknown"),
    (#"{"case":"a","text":"x","failure":{"kind":"timeout"}}"#, "r.jsonl:1:1: error: the recording has an answer and a 'failure'"),
    (
      #"{"case":"a","text":"x"}"# + "\n" + #"{"case":"a","text":"y"}"#,
      "r.jsonl:2:1: error: the same answer is recorded twice; first in line 1"
    ),
    (#"{"request":"sha256:0","text":"x"}"#, "r.jsonl:1:12: error: 'request' is 'sha256:0', which is no digest"),
  ])
  func badRecordingsAreRefusedWithTheirPlace(_ row: (text: String, says: String)) throws {
    let folder = try TestFolder()
    let said = try folder.problems { _ = try loadRecordings(at: [folder.write("r.jsonl", row.text)], project: folder.project) }
    #expect(said.map(firstLine) == [row.says])
  }

  @Test func repeatsArmsAndModelsTellRecordingsApart() throws {
    let lines = ["", #","repeat":1"#, #","arm":"production""#, #","model":"m""#].map { #"{"case":"a","text":"x"\#($0)}"# }
    #expect(try load(lines.joined(separator: "\n")).recordings.count == 4)
  }
}
