import PortcullisCore
import Testing

@testable import PortcullisModels

/// What every provider must do alike: the same situation gives the same completion or the same kind of failure, whatever it came by.
@Suite(.timeLimit(.minutes(1)))
struct ConformanceTests {
  enum Way: String, CaseIterable, Sendable { case plain, streamed, scripted, replay }

  struct Situation: Sendable, CustomTestStringConvertible {
    /// Of its recordings.
    let name: String
    let answer: Completion
    var testDescription: String { name }
  }

  struct Trouble: Sendable, CustomTestStringConvertible {
    let name: String
    let status: Int
    let kind: FailureKind
    var testDescription: String { name }
  }

  private static func completion(_ text: String?, _ calls: [ToolCall] = [], _ finish: FinishReason = .stop, refusal: String? = nil)
    -> Completion
  {
    Completion(
      text: text, toolCalls: calls, finish: finish, refusal: refusal,
      usage: TokenUsage(input: 1610, output: 14, cachedInput: 1536, reasoning: 3),
      servedModel: "support-small-2026-08-01")
  }

  private static let twoCalls = [
    ToolCall(name: "start_return", arguments: .object([("order", .string("A-17")), ("lines", .array([.int(1), .int(2)]))])),
    ToolCall(name: "notify", arguments: .object([])),
  ]

  static let situations = [
    Situation(name: "text", answer: completion("You can return it within 30 days – grüß dich! 🪴")),
    Situation(name: "tool-call", answer: completion(nil, twoCalls, .toolCalls)),
    Situation(
      name: "broken-arguments",
      answer: completion(nil, [ToolCall(name: "start_return", arguments: .string("{\"order\": A-17}"))], .toolCalls)),
    Situation(name: "refusal", answer: completion(nil, refusal: "I can't help with that.")),
    Situation(name: "truncated", answer: completion("The return window is", [], .length)),
    Situation(name: "filtered", answer: completion("", [], .contentFilter)),
    Situation(name: "empty", answer: completion("")),
  ]

  static let troubles = [
    Trouble(name: "rate-limit", status: 429, kind: .rateLimit), Trouble(name: "quota", status: 429, kind: .quota),
    Trouble(name: "auth", status: 401, kind: .auth), Trouble(name: "context", status: 400, kind: .request),
    Trouble(name: "server", status: 500, kind: .server),
  ]

  private func openAI(_ step: LoopbackServer.Step, stream: Bool) throws -> any ModelClient {
    let server = LoopbackServer([.receive, step])
    return try modelClient(for: target(baseURL: "http://127.0.0.1:\(server.port)/v1", stream: stream), from: .http(makeClient()), key: nil)
  }

  private func offline(_ way: Way, _ content: Recording.Content) throws -> any ModelClient {
    let table = RecordingTable([Recording(key: .caseID(CaseID("refund-window")!), content: content)])  // a valid id
    return way == .replay
      ? try modelClient(for: target("replay"), from: .recordings(table), key: nil)
      : try modelClient(for: target("scripted"), from: .rules([ScriptedRule(content: content)]), key: nil)
  }

  private func client(_ way: Way, _ situation: Situation) throws -> any ModelClient {
    switch way {
    case .plain: try openAI(answer(200, String(decoding: recorded(situation.name + ".json"), as: UTF8.self)), stream: false)
    case .streamed:
      try openAI(
        answer(200, String(decoding: recorded(situation.name + ".sse"), as: UTF8.self), headers: ["Content-Type: text/event-stream"]),
        stream: true)
    case .scripted, .replay: try offline(way, .completion(situation.answer))
    }
  }

  private func client(_ way: Way, _ trouble: Trouble) throws -> any ModelClient {
    switch way {
    case .plain, .streamed:
      try openAI(answer(trouble.status, String(decoding: recorded(trouble.name + ".error.json"), as: UTF8.self)), stream: way == .streamed)
    case .scripted, .replay: try offline(way, .failure(CallFailure(trouble.kind, "made up")))
    }
  }

  @Test(arguments: Way.allCases, situations)
  func theSameSituationIsTheSameCompletion(_ way: Way, _ situation: Situation) async throws {
    let client = try client(way, situation)
    var completion = try await client.send(client.prepare(question()))
    if way == .plain || way == .streamed {
      #expect(completion.responseID == "chatcmpl-" + situation.name)
      #expect(completion.latency != nil)
      if way == .plain { #expect(completion.ttft == nil) }
      if way == .streamed, situation.answer.isEmpty == false { #expect(completion.ttft != nil) }
      completion.responseID = nil
      completion.latency = nil
      completion.ttft = nil
    }
    #expect(completion == situation.answer)
  }

  @Test(arguments: Way.allCases, troubles)
  func theSameTroubleIsTheSameKindOfFailure(_ way: Way, _ trouble: Trouble) async throws {
    let client = try client(way, trouble)
    #expect(await refused(client)?.kind == trouble.kind)
  }

  @Test(arguments: Way.allCases)
  func anotherModelIsNeverTakenForTheOneAsked(_ way: Way) async throws {
    var other = Self.situations[0].answer
    other.servedModel = "support-large"
    let client: any ModelClient =
      switch way {
      case .plain, .streamed:
        try openAI(
          answer(200, String(decoding: recorded("text.json"), as: UTF8.self).replacing("support-small-2026-08-01", with: "support-large")),
          stream: way == .streamed)
      case .scripted, .replay: try offline(way, .completion(other))
      }
    let failure = await refused(client)
    #expect(failure?.kind == .wrongModel)
    #expect(failure?.message.contains("'support-small' was asked and 'support-large' answered") == true)
  }

  @Test(arguments: Way.allCases)
  func preparingIsPureAndKeysTellSamplesApart(_ way: Way) throws {
    let client = try client(way, Self.situations[0])
    let first = try client.prepare(question())
    let again = try client.prepare(question())
    #expect(first.body == again.body)
    #expect(first.completionKey == again.completionKey)
    let others = try [
      question("Another?"), question(arm: .production), question(repeat: 1), question(turn: 1),
      question(parameters: [("temperature", .int(0))]),
    ].map { try client.prepare($0).completionKey }
    #expect(Set(others + [first.completionKey]).count == 6)
  }

  @Test(arguments: Way.allCases)
  func aCancelledTaskGetsNoAnswer(_ way: Way) async throws {
    let client = try client(way, Self.situations[0])
    let failure = await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await refused(client)
    }.value
    #expect(failure?.kind == .cancelled)
  }
}
