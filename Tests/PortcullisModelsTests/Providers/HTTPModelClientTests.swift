import PortcullisCore
import Testing

@testable import PortcullisModels

/// The whole way over a socket.
@Suite(.timeLimit(.minutes(1)))
struct HTTPModelClientTests {
  private func client(_ server: LoopbackServer, stream: Bool, timeouts: Timeouts = limits()) throws -> any ModelClient {
    var some = target(baseURL: "http://127.0.0.1:\(server.port)/v1", stream: stream)
    some.timeouts = timeouts
    return try modelClient(for: some, from: .http(makeClient()), key: nil)
  }

  private func head(_ length: Int, encoding: String = "") -> [UInt8] {
    Array("HTTP/1.1 200 OK\r\n\(encoding)Content-Length: \(length)\r\n\r\n".utf8)
  }

  @Test func aStreamThatTricklesIsTimedAndWhole() async throws {
    let events = String(decoding: try recorded("text.sse"), as: UTF8.self).split(separator: "\n\n").map { $0 + "\n\n" }
    var script: [LoopbackServer.Step] = [
      .receive, .text("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ]
    for event in events {
      // Each event in two chunks, cut in its middle, inside characters where it falls so.
      let bytes = Array(event.utf8), middle = bytes.count / 2
      for half in [bytes[..<middle], bytes[middle...]] {
        script.append(.send(Array("\(String(half.count, radix: 16))\r\n".utf8) + half + Array("\r\n".utf8)))
      }
    }
    script.append(.text("0\r\n\r\n"))
    let client = try client(LoopbackServer(script), stream: true)
    let completion = try await client.send(client.prepare(question()))
    #expect(completion.text == "You can return it within 30 days – grüß dich! 🪴")
    let latency = try #require(completion.latency), ttft = try #require(completion.ttft)
    #expect(ttft > .zero && ttft <= latency)
    #expect(completion.usage.output == 14)
  }

  @Test func theRequestIsTheBodyThatWasPrepared() async throws {
    let server = LoopbackServer([.receive, okAnswer(String(decoding: try recorded("text.json"), as: UTF8.self))])
    let client = try client(server, stream: false)
    let call = try client.prepare(question())
    _ = try await client.send(call)
    let request = server.log.requests[0]
    #expect(request.suffix(call.body.count).elementsEqual(call.body))
    #expect(server.log.requestTexts[0].contains("\r\nContent-Type: application/json\r\n"))
  }

  // The recording `text.json` through Python's gzip; libcurl takes a stream that is cut here for whole.
  @Test(arguments: [0.2, 0.6, 0.95])
  func aCompressedAnswerCutInItsMiddleIsNoAnswer(_ share: Double) async throws {
    let whole = try recorded("text.json.gz")
    let part = Array(whole.prefix(Int(Double(whole.count) * share)))
    let server = LoopbackServer(
      [.receive, .send(head(part.count, encoding: "Content-Encoding: gzip\r\n") + part)],
      [.receive, .send(head(whole.count, encoding: "Content-Encoding: gzip\r\n") + whole)])
    let client = try client(server, stream: false)
    let failure = await refused(client)
    #expect(failure?.kind == .malformed || failure?.kind == .transport)
    #expect(failure?.mayBeBilled == true)
    #expect(try await client.send(client.prepare(question())).text?.hasPrefix("You can return it") == true)
  }

  @Test func commentsDoNotKeepASilentStreamAlive() async throws {
    let server = LoopbackServer([
      .receive, .text("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"choices\":[]}\n\n"), .text(": ping\n\n"),
      .awaitClose,
    ])
    let client = try client(server, stream: true, timeouts: limits(idle: 150))
    let failure = await refused(client)
    #expect(failure?.kind == .timeout)
    #expect(failure?.mayBeBilled == true)
  }

  @Test(arguments: [
    (TransportFailure.Cause.nameNotFound, FailureKind.transport), (.noConnection("x"), .transport), (.proxy("x"), .transport),
    (.tls("x"), .transport),
    (.reset("x"), .transport), (.closedWithoutAnswer, .transport), (.cut("x"), .transport), (.badFraming("x"), .transport),
    (.internalFault("x"), .transport),
    (.timedOut(.connect, limit: .seconds(1)), .timeout), (.timedOut(.total, limit: .seconds(1)), .timeout),
    (.bodyTooLarge(limit: 1), .tooLarge),
    (.headersTooLarge(limit: 1), .tooLarge), (.cancelled, .cancelled), (.closed, .cancelled), (.unusable("x"), .request),
    (.addressRefused, .request),
  ])
  func everyTransportFailureHasItsKind(_ row: (cause: TransportFailure.Cause, kind: FailureKind)) {
    for billed in [true, false] {
      let failure = CallFailure(TransportFailure(row.cause, host: "h:1", mayBeBilled: billed))
      #expect(failure.kind == row.kind)
      #expect(failure.mayBeBilled == billed)
    }
  }

  @Test func aTargetOfAnUnknownProviderIsRefusedWithTheNearestName() throws {
    let problem = #expect(throws: Diagnostic.self) { try modelClient(for: target("opnai"), from: .rules([]), key: nil) }
    #expect(problem?.message == "unknown provider 'opnai' of target 'candidate'")
    #expect(problem?.help == "did you mean 'openai'?")
    #expect(throws: Diagnostic.self) { try modelClient(for: target("openai"), from: .rules([]), key: nil) }
  }
}
