import Testing

@testable import PortcullisModels

/// What libcurl does with connections that were used before, and must not (reliability.md §8).
@Suite(.timeLimit(.minutes(1)))
struct PooledConnectionsTests {
  @Test func aPostIsNotSentAgainWhenItsReusedConnectionDies() async throws {
    let server = LoopbackServer(
      [.receive, okAnswer("1"), .receive], [.receive, okAnswer("paid twice")], [.receive, okAnswer("paid thrice")])
    let client = try makeClient()
    #expect(try await client.send(post(server.url)).text == "1")
    let failure = try await failing { try await client.send(post(server.url, "costly")) }
    #expect(failure.cause == .closedWithoutAnswer)
    #expect(failure.mayBeBilled)
    #expect(server.log.requests.count == 2)
  }

  @Test func aReusedConnectionThatIsResetIsNotTriedAgain() async throws {
    let server = LoopbackServer([.receive, okAnswer("1"), .receive, .reset], [.receive, okAnswer("paid twice")])
    let client = try makeClient()
    #expect(try await client.send(post(server.url)).text == "1")
    #expect(try await failing { try await client.send(post(server.url)) }.mayBeBilled)
    #expect(server.log.requests.count == 2)
  }

  @Test func aConnectionTheServerClosedIsReplacedBeforeAnythingIsSent() async throws {
    let server = LoopbackServer([.receive, okAnswer("1")], [.receive, okAnswer("2"), .receive, okAnswer("3")])
    let client = try makeClient()
    #expect(try await client.send(post(server.url)).text == "1")
    await server.until { $0.finished == 1 }
    let second = try await client.send(post(server.url))
    #expect(second.text == "2")
    #expect(!second.reusedConnection)
    #expect(try await client.send(post(server.url)).reusedConnection)
    #expect(server.log.requests.count == 3)
  }

  private static let poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"

  @Test func bytesLeftOnAConnectionNeverBecomeTheNextAnswer() async throws {
    let server = LoopbackServer(
      [.receive, okAnswer("1"), .hold, .text(Self.poison), .awaitClose], [.receive, okAnswer("2"), .receive, okAnswer("3"), .awaitClose])
    let client = try makeClient()
    #expect(try await client.send(post(server.url)).text == "1")
    server.release()
    await server.until { $0.sent == 2 }
    #expect(try await client.send(post(server.url)).text == "2")
    #expect(try await client.send(post(server.url)).text == "3")
    // The poisoned one was closed rather than kept for later.
    await server.until { $0.closedByClient == 1 }
    #expect(server.log.connections == 2)
  }

  @Test func bytesBeyondTheLengthAreDroppedWithTheirConnection() async throws {
    let server = LoopbackServer(
      [.receive, .text("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1" + Self.poison), .receive, okAnswer("wrong")],
      [.receive, okAnswer("2")])
    let client = try makeClient()
    #expect(try await client.send(post(server.url)).text == "1")
    #expect(try await client.send(post(server.url)).text == "2")
  }

  @Test func anAnswerBeforeTheQuestionIsOutIsNotItsAnswer() async throws {
    let server = LoopbackServer([.receive, okAnswer("1"), .receiveSome, okAnswer("somebody else's"), .awaitClose])
    let client = try makeClient()
    #expect(try await client.send(post(server.url)).text == "1")
    let large = String(repeating: "x", count: 32 << 20)
    let failure = try await failing { try await client.send(post(server.url, large)) }
    #expect(failure.cause == .badFraming("an answer came before the request was sent"))
    #expect(failure.mayBeBilled)
  }

  @Test func aNewConnectionMayBeRefusedEarly() async throws {
    let server = LoopbackServer([.receiveSome, answer(413, "too long", headers: ["Connection: close"]), .awaitClose])
    let large = String(repeating: "x", count: 32 << 20)
    #expect(try await makeClient().send(post(server.url, large)).status == 413)
  }
}
