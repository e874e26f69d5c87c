import Synchronization
import Testing

@testable import PortcullisModels

@Suite(.timeLimit(.minutes(1)))
struct AnswersTests {
  @Test func aPostSendsItsHeadersAndItsBodyOnceAndReadsTheAnswer() async throws {
    let server = LoopbackServer([.receive, okAnswer("{\"a\":1}", headers: ["X-Request-Id: r7", "Retry-After:  3 "])])
    let answer = try await makeClient().send(
      post(server.url, "{\"b\":2}", headers: [HTTPHeader("Authorization", "Bearer k"), HTTPHeader("X-Empty", "")]))
    #expect(answer.status == 200)
    #expect(answer.text == "{\"a\":1}")
    #expect(answer.headers["x-request-id"] == "r7")
    #expect(answer.headers["retry-after"] == "3")
    #expect(answer.headers["absent"] == nil)
    #expect(answer.version == .http1)
    #expect(!answer.reusedConnection)
    let request = server.log.requestTexts[0]
    #expect(request.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
    #expect(request.hasSuffix("\r\n\r\n{\"b\":2}"))
    #expect(request.contains("\r\nAuthorization: Bearer k\r\n"))
    #expect(request.contains("\r\nX-Empty:\r\n"))
    #expect(request.contains("\r\nAccept-Encoding: gzip\r\n"))
    #expect(!request.lowercased().contains("expect:"))
    #expect(server.log.requests.count == 1)
  }

  @Test func aGetHasNoBody() async throws {
    let server = LoopbackServer([.receive, okAnswer("x"), .receive, okAnswer("y")])
    let client = try makeClient()
    for wanted in ["x", "y"] { #expect(try await client.send(HTTPRequest(HTTPTarget(.get, server.url))).text == wanted) }
    #expect(server.log.requestTexts.allSatisfy { $0.hasPrefix("GET ") && !$0.lowercased().contains("content-length") })
  }

  @Test func anErrorStatusIsAnAnswerAndARedirectIsNotFollowed() async throws {
    let server = LoopbackServer(
      [.receive, answer(429, "slow"), .receive, answer(302, "", headers: ["Location: /elsewhere"]), .receive, answer(503, "busy")])
    let client = try makeClient()
    for status in [429, 302, 503] { #expect(try await client.send(post(server.url)).status == status) }
    #expect(server.log.requests.count == 3)
  }

  @Test func chunksHintsAndTrailersAreReadAsHTTPSays() async throws {
    let server = LoopbackServer([
      .receive,
      .text("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Late: no\r\n\r\n"),
      .text(chunk("Grüße, ") + chunk("Welt")), .text("0\r\nX-Late: yes\r\n\r\n"),
    ])
    let answer = try await makeClient().send(post(server.url))
    #expect(answer.text == "Grüße, Welt")
    #expect(answer.headers.all("x-late") == ["no"])
    #expect(answer.headers["link"] == nil)
  }

  @Test func anAnswerOfHTTP10EndsWithItsConnection() async throws {
    let server = LoopbackServer([.receive, .text("HTTP/1.0 200 OK\r\n\r\nall of it")])
    #expect(try await makeClient().send(post(server.url)).text == "all of it")
  }

  // Made with Python's gzip module: 1,000 letters a.
  private static let thousandLetters: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4B, 0x4C, 0x1C, 0x05, 0xA3, 0x60, 0x14, 0x0C, 0x77, 0x00, 0x00, 0x03,
    0xDA, 0x38, 0x9A, 0xE8, 0x03, 0x00, 0x00,
  ]

  private func zipped(_ bytes: [UInt8]) -> LoopbackServer.Step {
    .send(Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n".utf8) + bytes)
  }

  @Test func aCompressedAnswerIsDecompressed() async throws {
    let server = LoopbackServer([.receive, zipped(Self.thousandLetters)])
    #expect(try await makeClient().send(post(server.url)).body == Array(repeating: UInt8(ascii: "a"), count: 1000))
  }

  @Test func theLimitCountsDecompressedBytes() async throws {
    let server = LoopbackServer([.receive, zipped(Self.thousandLetters)], [.receive, zipped(Self.thousandLetters)])
    var request = post(server.url)
    request.bodyLimit = 999
    let client = try makeClient()
    let failure = try await failing { try await client.send(request) }
    #expect(failure.cause == .bodyTooLarge(limit: 999))
    #expect(failure.mayBeBilled)
    request.bodyLimit = 1000
    #expect(try await client.send(request).body.count == 1000)
  }

  @Test func brokenCompressionIsNoAnswer() async throws {
    var broken = Self.thousandLetters
    broken[23] ^= 0xFF  // of its checksum
    let server = LoopbackServer([.receive, zipped(broken)])
    guard case .badFraming = try await failing({ try await makeClient().send(post(server.url)) }).cause else {
      Issue.record("broken gzip was taken")
      return
    }
  }

  @Test func piecesOfTheBodyAreHandedOverAndMarkedAsTheyArrive() async throws {
    let server = LoopbackServer([
      .receive, .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("one")), .hold, .text(chunk("three")), .hold,
      .text("0\r\n\r\n"),
    ])
    let pieces = Mutex<[String]>([])
    var request = post(server.url)
    request.marksArrivals = true
    let answer = try await makeClient().answer(request) { bytes in
      pieces.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
      server.release()
      return true
    }
    #expect(pieces.withLock { $0 } == ["one", "three"])
    #expect(answer.arrivals.map(\.end) == [3, 8])
    #expect(answer.arrivals[0].at <= answer.arrivals[1].at)
    #expect(answer.timing.firstBody == answer.arrivals[0].at)
    #expect(answer.timing.firstByte <= answer.arrivals[0].at)
    #expect(answer.arrivals[1].at <= answer.timing.total)
    #expect(answer.text == "onethree")
  }

  @Test func manyCallsAtOnceEachGetTheirOwnAnswer() async throws {
    let server = LoopbackServer(echoing: 64)
    let client = try makeClient()
    let wrong = await withTaskGroup(of: Int.self) { group in
      for lane in 0..<64 {
        group.addTask {
          var wrong = 0
          for round in 0..<20 {
            let question = "lane \(lane), round \(round) " + String(repeating: "x", count: lane * 100)
            // A machine that is busy with other tests may take its time: what counts is whose answer comes.
            let patient = limits(connect: 300_000, firstByte: 300_000, idle: 300_000, total: 300_000)
            do {
              if try await client.send(post(server.url, question, timeouts: patient)).text != question { wrong += 1 }
            } catch { Issue.record("lane \(lane), round \(round): \(error)") }
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
    #expect(server.log.connections <= 64)
    #expect(server.log.requests.count == 64 * 20)
    server.stop()
  }
}
