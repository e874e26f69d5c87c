import PortcullisCore
import Testing

@testable import PortcullisModels

@Suite(.timeLimit(.minutes(1)))
struct SecretsTests {
  private let key = "marked-key-0123456789"

  @Test func aSecretCannotBePrinted() {
    let secret = Secret(key)
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] { #expect(!text.contains("marked")) }
  }

  private func send(_ step: LoopbackServer.Step, headers: [Target.Header] = []) async throws -> (
    server: LoopbackServer, outcome: Result<Completion, CallFailure>
  ) {
    let server = LoopbackServer([.receive, step])
    let some = target(baseURL: "http://127.0.0.1:\(server.port)/v1", headers: headers, stream: false)
    let client = try modelClient(for: some, from: .http(makeClient()), key: Secret(key))
    do { return (server, .success(try await client.send(client.prepare(question())))) } catch {
      return (server, .failure(error))
    }
  }

  @Test func theKeyIsSentInAHeaderAndNowhereElse() async throws {
    let (server, _) = try await send(answer(200, String(decoding: recorded("text.json"), as: UTF8.self)))
    let parts = server.log.requestTexts[0].split(separator: "Authorization: Bearer \(key)\r\n")
    #expect(parts.count == 2)
    #expect(!parts.joined().contains("marked"))
  }

  @Test(arguments: [
    "marked-key-0123456789", "bWFya2VkLWtleS0wMTIzNDU2Nzg5", "sk-proj-abcdefghijklmnopqrst", "Bearer abcdefghijklmnop",
  ])
  func anErrorThatQuotesAKeyIsShownAndKeptWithoutIt(_ quoted: String) async throws {
    let (_, outcome) = try await send(answer(401, #"{"error":{"message":"Incorrect API key provided: \#(quoted)!"}}"#))
    guard case .failure(let failure) = outcome else {
      Issue.record("answered")
      return
    }
    #expect(failure.kind == .auth)
    #expect(failure.message.contains("Incorrect API key provided: "))
    #expect(failure.message.contains("***"))
    #expect(!failure.message.contains(quoted))
    #expect(failure.received?.contains(quoted) == false)
  }

  @Test func anAnswerThatEchoesTheKeyIsKeptWithoutIt() async throws {
    let body = #"{"choices":[{"message":{"content":"your key is \#(key), sk-abcdefghijklmnopqrstuvw is not"},"finish_reason":"stop"}]}"#
    let (_, outcome) = try await send(answer(200, body))
    // What merely looks like a key stays: checks for leaked secrets must see it.
    #expect(try outcome.get().text == "your key is ***, sk-abcdefghijklmnopqrstuvw is not")
  }

  @Test func aKeyEchoedInAnyFieldIsKeptOut() async throws {
    let call = #"{"id":"c","type":"function","function":{"name":"f","arguments":"{\"k\":[\"\#(key)\"],\"\#(key)\":1}"}}"#
    let body = #"{"id":"resp-\#(key)","choices":[{"message":{"content":null,"tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#
    let completion = try await send(answer(200, body)).outcome.get()
    #expect(completion.responseID == "resp-***")
    #expect(completion.toolCalls.first?.arguments == .object([("k", .array([.string("***")])), ("***", .int(1))]))
    #expect(!String(decoding: completion.json.compactBytes, as: UTF8.self).contains("marked"))
  }

  @Test func aKeyServedAsTheModelsNameIsKeptOut() async throws {
    let body = #"{"model":"\#(key)","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}"#
    guard case .failure(let failure) = try await send(answer(200, body)).outcome else { return #expect(Bool(false)) }
    #expect(failure.kind == .wrongModel)
    #expect(!failure.message.contains("marked"))
  }

  @Test func keysInOtherHeadersAreSecretToo() async throws {
    let headers = [Target.Header(name: "X-Api-Key", value: "other-secret-value")]
    let (_, outcome) = try await send(answer(400, #"{"error":{"message":"bad other-secret-value"}}"#), headers: headers)
    guard case .failure(let failure) = outcome else {
      Issue.record("answered")
      return
    }
    #expect(failure.message == "the endpoint answered 400: bad ***")
  }

  @Test func textsAreCutOnlyOnceKeysAreOut() throws {
    // One key lies across the end of the message, another across the end of what is kept.
    let filler = String(repeating: "x", count: 260)
    let head = #"{"error":{"message":"\#(filler)\#(key) and \#(filler)"},"more":""#
    let body = head + String(repeating: " ", count: 4090 - head.utf8.count) + key + filler + #""}"#
    let failure = try #require(refused { try provider(stream: false).completion(from: httpAnswer(body, status: 500)) })
    let clean = Redactor([Secret(key)]).redacted(failure)
    #expect(clean.message.count == 300)
    #expect(clean.received?.utf8.count == 4096)
    for text in [clean.message, clean.received ?? ""] { #expect(!text.contains("marked")) }
  }

  @Test func percentEncodedKeysAreFoundAndShortStandInsAreLeftAlone() {
    #expect(Redactor([Secret("a b/c+d&e=f")]).withoutValues("x=a%20b%2Fc%2Bd%26e%3Df!") == "x=***!")
    #expect(Redactor([Secret("none")]).withoutValues("there are none") == "there are none")
  }
}
