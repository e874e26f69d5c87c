import Glibc
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisFormats

struct ObservationTests {
  /// All batches of a text, and what is said of it.
  private func read(_ text: String, start: Int? = nil, isLive: Bool = true, limit: Int = 1000) throws -> Reading {
    let folder = try TestFolder()
    let path = try folder.write("canary.jsonl", text)
    let list = ProblemList()
    let reader = try ObservationReader(ByteStream(path: path), start: start, isLive: isLive, list)
    var reading = Reading()
    while let lines = try reader.next(limit: limit) {
      reading.observations += lines.observations
      reading.damaged += lines.filter { if case .damaged = $0 { true } else { false } }.map(\.id)
      reading.batches += 1
    }
    reading.said = list.diagnostics.map(folder.shown).joined(separator: "\n")
    reading.ignored = reader.ignored
    return reading
  }

  private struct Reading {
    var observations: [Observation] = []
    var damaged: [String] = []
    var batches = 0
    var said = ""
    var ignored: [String: Int] = [:]
  }

  private static let plain = #"{"id":"r1","at":0.5,"arm":"candidate"}"#

  @Test func everyFieldOfAnObservationIsRead() throws {
    let reading = try read(
      """
      {"id":"r1","at":1.25,"arm":"production","cluster":"user-7","status":200,"failure":null,"latency_ms":812.5,"ttft_ms":90,\
      "tokens":{"input":400,"output":20,"cached_input":300,"reasoning":0},"cost_micro_usd":163,"cache_hit":true,"score":0.75,\
      "feedback":"up","segment":"paid","feature":"chat","type":"question","model":"m-1","version":2}

      """)
    let expected = Observation(
      id: "r1", time: 1.25, arm: try #require(Observation.arm(named: "production")), cluster: "user-7", failure: nil,
      latency: .microseconds(812_500), ttft: .milliseconds(90),
      tokens: TokenUsage(input: 400, output: 20, cachedInput: 300, reasoning: 0), costMicro: 163, cacheHit: true, score: 0.75,
      feedback: 1, segment: "paid", feature: "chat", type: "question", model: "m-1", version: "2")
    #expect(reading.observations == [expected])
    #expect(reading.said.isEmpty)
    #expect(reading.ignored.isEmpty)
  }

  @Test func whatIsMissingStaysMissing() throws {
    let nulls =
      #"{"id":"r2","at":0.5,"arm":"candidate","score":null,"latency_ms":null,"status":null,"cost_micro_usd":null,"cache_hit":null,"tokens":null,"segment":null}"#
    let found = try read(Self.plain + "\n" + nulls + "\n").observations
    #expect(found.count == 2)
    for observation in found {
      #expect(observation.score == nil && observation.latency == nil && observation.failure == nil)
      #expect(
        observation.costMicro == nil && observation.cacheHit == nil && observation.tokens == TokenUsage() && observation.segment == nil)
    }
  }

  @Test func unknownKeysAreIgnoredAndCounted() throws {
    let line = #"{"id":"r1","at":0,"arm":"candidate","scroe":1,"tokens":{"input":1,"audio":2}}"#
    #expect(try read(line + "\n" + line + "\n").ignored == ["scroe": 2, "tokens.audio": 2])
  }

  @Test(
    arguments: [
      ("200", nil), ("204", nil), ("302", nil), (#""ok""#, nil), (#""200""#, nil), ("429", .rateLimit), ("500", .server), ("529", .server),
      ("401", .auth), ("402", .quota), ("404", .request), ("408", .timeout), ("499", .timeout), ("504", .timeout),
      (#""timeout""#, .timeout),
      (#""error""#, .unknown), ("null", nil),
    ] as [(String, FailureKind?)])
  func aStatusSaysWhetherThereWasAnAnswer(status: String, kind: FailureKind?) throws {
    let found = try read(#"{"id":"r1","at":0,"arm":"candidate","status":\#(status)}"# + "\n").observations
    #expect(try #require(found.first).failure == kind)
  }

  @Test(
    arguments: [
      ("null", nil), ("false", nil), (#""""#, nil), ("true", .unknown), (#""timeout""#, .timeout), (#""the GPU fell over""#, .unknown),
      (#"{"kind":"rate_limit","message":"slow down"}"#, .rateLimit),
    ] as [(String, FailureKind?)])
  func aFailureOfAnyNameIsOne(failure: String, kind: FailureKind?) throws {
    let found = try read(#"{"id":"r1","at":0,"arm":"candidate","status":200,"failure":\#(failure)}"# + "\n").observations
    #expect(try #require(found.first).failure == kind)
  }

  @Test func aFailureThatIsNamedWinsOverTheStatus() throws {
    func kind(_ status: String, _ failure: String) throws -> FailureKind? {
      try read(#"{"id":"r1","at":0,"arm":"candidate","status":\#(status),"failure":\#(failure)}"# + "\n").observations.first?.failure
    }
    #expect(try kind("503", #""timeout""#) == .timeout)
    #expect(try kind("503", "null") == .server)
    #expect(try kind("503", "false") == .server)
  }

  @Test func gradesMayBeWords() throws {
    let rows = [
      #""score":true,"feedback":"up","cache_hit":1"#, #""score":false,"feedback":"down","cache_hit":0"#,
      #""score":0.5,"feedback":0.25,"cache_hit":false"#,
    ]
    let found = try read(rows.enumerated().map { #"{"id":"r\#($0)","at":0,"arm":"candidate",\#($1)}"# + "\n" }.joined()).observations
    #expect(found.map(\.score) == [1, 0, 0.5])
    #expect(found.map(\.feedback) == [1, 0, 0.25])
    #expect(found.map(\.cacheHit) == [true, false, false])
  }

  @Test func aStreamOfEverNewKeysIsCountedInBoundedMemory() throws {
    let lines = (0..<200).map { #"{"id":"r\#($0)","at":0,"arm":"candidate","key-\#($0)":1}"# + "\n" }.joined()
    let reading = try read(lines)
    #expect(reading.observations.count == 200 && reading.ignored.count == 100)
  }

  @Test func timesAreHoursSinceTheStart() throws {
    let lines = ["2026-09-16T13:40:00Z", "2026-09-16T15:10:00Z", "2026-09-16T15:40:00+02:00"].enumerated().map {
      #"{"id":"r\#($0)","at":"\#($1)","arm":"candidate"}"# + "\n"
    }.joined()
    #expect(try read(lines).observations.map(\.time) == [0, 1.5, 0])
    #expect(try read(lines, start: moment("2026-09-16T12:40:00Z")).observations.map(\.time) == [1, 2.5, 1])
  }

  @Test func hoursAmongTimesAreRefused() throws {
    let reading = try read(
      #"{"id":"r1","at":"2026-09-16T13:40:00Z","arm":"candidate"}"# + "\n" + #"{"id":"r2","at":2,"arm":"candidate"}"# + "\n")
    #expect(reading.observations.map(\.id) == ["r1"])
    #expect(reading.said.hasPrefix("canary.jsonl:2:17: error: 'at' is 2 hours, but lines before it give times"))
  }

  /// Each line is refused by itself, with its place; those around it are read.
  @Test(arguments: badObservations) func aBadLineIsReportedWithItsPlace(_ row: BadLine) throws {
    let around = #"{"id":"before","at":0,"arm":"candidate","score":1}"# + "\n"
    let after = #"{"id":"after","at":9,"arm":"production","score":1}"# + "\n"
    let reading = try read(around + row.line + "\n" + after)
    #expect(reading.said == row.says)
    #expect(reading.observations.map(\.id) == ["before", "after"])
    #expect(reading.damaged.count == 1)
  }

  @Test func aDamagedLineHasOneNameHoweverOftenItComes() throws {
    let bad = #"{"id":"r1","at":0,"arm":"canary"}"# + "\n"
    let names = try read(bad + Self.plain + "\n" + bad).damaged
    #expect(names.count == 2 && names[0] == names[1])
    #expect(CaseID(names[0]) == nil, "an id could be mistaken for it")
  }

  @Test func aLineThatIsStillBeingWrittenIsToldAndWaitedFor() throws {
    let text = Self.plain + "\n" + #"{"id":"r2","at":0.6,"arm":"cand"#
    let live = try read(text)
    #expect(live.observations.map(\.id) == ["r1"] && live.damaged.isEmpty)
    #expect(live.said.hasPrefix("canary.jsonl:2: warning: the last line is cut off"))
    let recorded = try read(text, isLive: false)
    #expect(recorded.observations.map(\.id) == ["r1"] && recorded.damaged.count == 1)
    #expect(recorded.said.hasPrefix("canary.jsonl:2: error: the last line is cut off"))
  }

  @Test func aLastLineWithoutALineFeedCounts() throws {
    #expect(try read(Self.plain).observations.count == 1)
  }

  @Test func anEndlessLineIsPassedOverAndTheRestIsRead() throws {
    let reading = try read(
      Self.plain + "\n" + String(repeating: "x", count: 3 << 20) + "\n" + Self.plain.replacing("r1", with: "r3") + "\n")
    #expect(reading.observations.map(\.id) == ["r1", "r3"])
    #expect(reading.damaged.count == 1)
    #expect(reading.said == "canary.jsonl:2: error: the line has more than 1048576 bytes")
  }

  @Test(arguments: [1, 2, 3, 7, 1000]) func noBatchSizeChangesWhatIsRead(limit: Int) throws {
    let lines = (0..<20).map { #"{"id":"r\#($0)","at":\#($0),"arm":"candidate","score":1}"# + "\n" }.joined()
    let reading = try read(lines, limit: limit)
    #expect(reading.observations.map(\.id) == (0..<20).map { "r\($0)" })
    #expect(reading.batches == (20 + limit - 1) / limit)
  }

  @Test func aPipeIsReadAsItComes() throws {
    let folder = try TestFolder()
    let path = folder.path + "/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    // Both ends by this thread: a pipe holds a few lines without a reader.
    let keeper = open(path, O_RDWR)
    defer { close(keeper) }
    let reader = try ObservationReader(ByteStream(path: path), start: nil, isLive: true, ProblemList())
    func send(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(keeper, $0.baseAddress, $0.count) } }
    send(Self.plain + "\n" + Self.plain)
    #expect(try reader.next()?.observations.count == 1)
    send("\n")
    #expect(try reader.next()?.observations.count == 1)
  }

  @Test(arguments: ["/dev/zero", "/proc/self/fd", "no-such-file"]) func whatIsNoStreamIsRefused(path: String) {
    #expect(throws: Diagnostic.self) { try ByteStream(path: path) }
  }
}

extension [ObservationReader.Line] {
  fileprivate var observations: [Observation] { compactMap { if case .observation(let observation, _) = $0 { observation } else { nil } } }
}

struct BadLine: CustomTestStringConvertible, Sendable {
  let line: String
  let says: String
  var testDescription: String { line }
}

/// `{"id":"r1","at":0,"arm":"candidate"` and more.
private func row(_ more: String, _ says: String) -> BadLine {
  BadLine(line: #"{"id":"r1","at":0,"arm":"candidate",\#(more)}"#, says: "canary.jsonl:2:" + says)
}

private let badObservations: [BadLine] = [
  BadLine(
    line: #"{"id":"r1","at":0,"arm":"canary"}"#,
    says: """
      canary.jsonl:2:25: error: 'arm' is 'canary', which is unknown
        help: known here: candidate, production
      """),
  BadLine(line: #"{"at":0,"arm":"candidate"}"#, says: "canary.jsonl:2:1: error: the observation has no 'id'"),
  BadLine(line: #"{"id":"r1","arm":"candidate"}"#, says: "canary.jsonl:2:1: error: the observation has no 'at'"),
  BadLine(line: #"{"id":"r1","at":0}"#, says: "canary.jsonl:2:1: error: the observation has no 'arm'"),
  BadLine(
    line: #"{"id":7,"at":0,"arm":"candidate"}"#,
    says: """
      canary.jsonl:2:7: error: 'id' is 7; it must be text
        help: write it in quotes: "7"
      """),
  BadLine(
    line: #"{"id":" r1","at":0,"arm":"candidate"}"#,
    says: "canary.jsonl:2:2: error: 'id' is ' r1': an id may not begin or end with a blank"),
  BadLine(
    line: #"{"id":"r1","at":-1,"arm":"candidate"}"#,
    says: "canary.jsonl:2:17: error: 'at' is -1; hours since the start lie from 0 to 1000000"),
  BadLine(
    line: #"{"id":"r1","at":1789566000,"arm":"candidate"}"#,
    says: """
      canary.jsonl:2:17: error: 'at' is 1789566000; hours since the start lie from 0 to 1000000
        help: is it a count of seconds? Write it as a time, as in '2026-09-16T13:40:00Z'
      """),
  BadLine(
    line: #"{"id":"r1","at":"yesterday","arm":"candidate"}"#,
    says: """
      canary.jsonl:2:17: error: 'at' is 'yesterday', which is no time
        help: write it as '2026-09-16T13:40:00Z', or as hours since the start, as in 2.5
      """),
  BadLine(
    line: #"{"id":"r1","at":"2026-09-16T13:40:00Z","arm":"candidate"}"#,
    says: """
      canary.jsonl:2:17: error: 'at' is the time '2026-09-16T13:40:00Z', but lines before it give hours
        help: write all of a stream one way: which hour a time is depends on the start
      """),
  row(#""score":1.5"#, "45: error: 'score' is 1.5; it must be from 0 to 1"),
  row(#""score":-0.1"#, "45: error: 'score' is -0.1; it must be from 0 to 1"),
  row(#""score":"NaN""#, "45: error: 'score' is 'NaN'; it must be a number"),
  row(
    #""score":NaN"#,
    """
     error: NaN is no number of JSON, and no score
      help: write null where there is no score
    """),
  row(
    #""score":"0.5""#,
    """
    45: error: 'score' is '0.5'; it must be a number
      help: a number is written without quotes
    """),
  row(#""latency_ms":-3"#, "50: error: 'latency_ms' is -3; it must be from 0 to 1000000000000"),
  row(#""ttft_ms":-3"#, "47: error: 'ttft_ms' is -3; it must be from 0 to 1000000000000"),
  row(#""cost_micro_usd":-3"#, "54: error: 'cost_micro_usd' is -3; it must be from 0 to 1000000000000"),
  row(#""cost_micro_usd":0.5"#, "54: error: 'cost_micro_usd' is '0.5'; it must be a whole number"),
  row(#""tokens":{"input":-1}"#, "55: error: 'input' is -1; it must be from 0 to 1000000000000"),
  row(#""tokens":5"#, "46: error: 'tokens' is '5'; it must be a mapping"),
  row(#""cache_hit":"maybe""#, "49: error: 'cache_hit' is 'maybe'; it must be true or false"),
  row(#""feedback":"great""#, "48: error: 'feedback' is 'great'; it must be 'up', 'down' or a number from 0 to 1"),
  row(#""feedback":5"#, "48: error: 'feedback' is 5; it must be from 0 to 1"),
  row(#""segment":"a\u202eb""#, #"47: error: 'segment' is 'a\u{202E}b': a name may not contain the invisible character U+202E"#),
  row(
    #""status":"done""#,
    """
    46: error: 'status' is 'done', which is unknown
      help: write 'ok', an HTTP status, or one of transport, timeout, rate_limit, server, quota, auth, request, malformed, wrong_model, too_large, budget, deadline, cancelled, unknown
    """),
  row(
    #""status":0"#,
    """
    46: error: 'status' is 0; an HTTP status lies from 100 to 599
      help: write 'ok', an HTTP status, or one of transport, timeout, rate_limit, server, quota, auth, request, malformed, wrong_model, too_large, budget, deadline, cancelled, unknown
    """),
  row(
    #""failure":503"#,
    """
    47: error: 'failure' is 503; it must be the kind of a failure, or null
      help: a number belongs in 'status'
    """),
  row(
    #""failure":{"message":"slow down"}"#,
    """
    47: error: 'failure' has no 'kind'
      help: write {"kind":"timeout"}, or the kind alone
    """),
  BadLine(line: "[1]", says: "canary.jsonl:2:1: error: the observation is a list; it must be a mapping"),
  BadLine(line: "id,at,arm", says: "canary.jsonl:2:1: error: not JSON: a value was expected here"),
  BadLine(
    line: #"{"id":"r1","id":"r2","at":0,"arm":"candidate"}"#,
    says: """
      canary.jsonl:2:12: error: 'id' is given twice; first in line 2, column 2
        help: keep one of them
      """),
]
