import Testing

@testable import PortcullisModels

/// Every way in which an answer can be less than one.
@Suite(.timeLimit(.minutes(1)))
struct FaultsTests {
  typealias Step = LoopbackServer.Step

  @Test func nobodyListens() async throws {
    let failure = try await failing { try await makeClient().send(post("http://127.0.0.1:\(closedPort())/")) }
    #expect(failure.cause == .noConnection("connection refused"))
    #expect(!failure.mayBeBilled)
  }

  @Test func aNameThatCannotBeFound() async throws {
    // Longer than the 63 bytes of a DNS label: no server is asked.
    let failure = try await failing { try await makeClient().send(post("http://\(String(repeating: "a", count: 70)).invalid/")) }
    #expect(failure.cause == .nameNotFound)
    #expect(!failure.mayBeBilled)
  }

  @Test(arguments: [
    ("closed before the answer", [Step.receive], TransportFailure.Cause.closedWithoutAnswer),
    ("shorter than said", [.receive, .text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")], nil),
    ("chunks without an end", [.receive, .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("part"))], nil),
    ("a chunk cut in its middle", [.receive, .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\npart")], nil),
  ])
  func aConnectionThatEndsTooSoonIsACutAnswer(_ row: (name: String, script: [Step], cause: TransportFailure.Cause?)) async throws {
    let server = LoopbackServer(row.script)
    let failure = try await failing { try await makeClient().send(post(server.url)) }
    if let cause = row.cause {
      #expect(failure.cause == cause, "\(row.name)")
    } else if case .cut = failure.cause {
    } else {
      Issue.record("\(row.name): \(failure)")
    }
    #expect(failure.mayBeBilled)
    #expect(server.log.requests.count == 1)
  }

  @Test func aResetIsToldFromAnEnd() async throws {
    let server = LoopbackServer([.receive, .text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), .reset], [.receive, .reset])
    let client = try makeClient()
    for _ in 0..<2 {
      let failure = try await failing { try await client.send(post(server.url)) }
      guard case .reset = failure.cause else {
        Issue.record("\(failure)")
        return
      }
      #expect(failure.mayBeBilled)
    }
  }

  @Test(arguments: [
    "I am no HTTP server at all\r\n", "HTTP/1.1 two hundred\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody\n", "HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\nbody",
  ])
  func whatIsNotProperHTTPIsNoAnswer(_ bytes: String) async throws {
    let server = LoopbackServer([.receive, .text(bytes)])
    let failure = try await failing { try await makeClient().send(post(server.url)) }
    guard case .badFraming = failure.cause else {
      Issue.record("\(failure)")
      return
    }
    #expect(failure.mayBeBilled)
  }

  @Test func headersHaveALimit() async throws {
    let line = "X-Filler: " + String(repeating: "f", count: 990) + "\r\n"
    let server = LoopbackServer([.receive, .text("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 66) + "Content-Length: 0\r\n\r\n")])
    #expect(try await failing { try await makeClient().send(post(server.url)) }.cause == .headersTooLarge(limit: 65536))
  }

  @Test func anEndlessBodyIsStoppedAtItsLimit() async throws {
    let server = LoopbackServer([
      .receive, .text("HTTP/1.1 200 OK\r\n\r\n"), .send(Array(repeating: 0x20, count: 300_000)), .awaitClose,
    ])
    var request = post(server.url)
    request.bodyLimit = 100_000
    #expect(try await failing { try await makeClient().send(request) }.cause == .bodyTooLarge(limit: 100_000))
    await server.until { $0.finished == 1 }
  }
}
