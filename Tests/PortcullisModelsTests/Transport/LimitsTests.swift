import Testing

@testable import PortcullisModels

/// Time limits, cancelling and closing.
@Suite(.timeLimit(.minutes(1)))
struct LimitsTests {
  @Test func aHandshakeNobodyAnswersRunsOverTheConnectLimit() async throws {
    let full = FullPort()
    let request = post("http://127.0.0.1:\(full.port)/", timeouts: limits(connect: 120))
    let failure = try await failing { try await makeClient().send(request) }
    #expect(failure.cause == .timedOut(.connect, limit: .milliseconds(120)))
    #expect(!failure.mayBeBilled)
    withExtendedLifetime(full) {}
  }

  @Test func silenceAfterTheRequestRunsOverTheFirstByteLimit() async throws {
    let server = LoopbackServer([.receive, .awaitClose])
    let failure = try await failing { try await makeClient().send(post(server.url, timeouts: limits(firstByte: 120))) }
    #expect(failure.cause == .timedOut(.firstByte, limit: .milliseconds(120)))
    #expect(failure.mayBeBilled)
    await server.until { $0.closedByClient == 1 }
  }

  @Test func anInterimAnswerIsNotAFirstByte() async throws {
    let server = LoopbackServer([.receive, .text("HTTP/1.1 103 Early Hints\r\n\r\n"), .awaitClose])
    let failure = try await failing { try await makeClient().send(post(server.url, timeouts: limits(firstByte: 120))) }
    #expect(failure.cause == .timedOut(.firstByte, limit: .milliseconds(120)))
  }

  @Test func silenceInTheBodyRunsOverTheIdleLimit() async throws {
    let server = LoopbackServer([.receive, .text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), .awaitClose])
    let failure = try await failing { try await makeClient().send(post(server.url, timeouts: limits(idle: 120))) }
    #expect(failure.cause == .timedOut(.idle, limit: .milliseconds(120)))
    await server.until { $0.closedByClient == 1 }
  }

  @Test func piecesThatAreNoProgressDoNotPutOffTheIdleLimit() async throws {
    let server = LoopbackServer([.receive, .text("HTTP/1.1 200 OK\r\n\r\n: first\n\n"), .sendOnRelease(Array(": still here\n\n".utf8))])
    let client = try makeClient()
    let failure = try await failing {
      try await client.answer(post(server.url, timeouts: limits(idle: 150))) { _ in
        server.release()
        return false
      }
    }
    #expect(failure.cause == .timedOut(.idle, limit: .milliseconds(150)))
    server.stop()
  }

  @Test func aSteadyTrickleRunsOverTheTotalLimit() async throws {
    let server = LoopbackServer([.receive, .text("HTTP/1.1 200 OK\r\n\r\na"), .sendOnRelease([UInt8(ascii: "b")])])
    let client = try makeClient()
    let failure = try await failing {
      try await client.answer(post(server.url, timeouts: limits(total: 200))) { _ in
        server.release()
        return true
      }
    }
    #expect(failure.cause == .timedOut(.total, limit: .milliseconds(200)))
    server.stop()
  }

  @Test func cancellingTheTaskClosesTheConnection() async throws {
    let server = LoopbackServer([.receive, .awaitClose])
    let client = try makeClient()
    let call = Task { try await failing { try await client.send(post(server.url)) } }
    await server.until { $0.requests.count == 1 }
    call.cancel()
    let failure = try await call.value
    #expect(failure.cause == .cancelled)
    #expect(failure.mayBeBilled)
    await server.until { $0.closedByClient == 1 }
  }

  @Test func aCallOfACancelledTaskIsNeverSent() async throws {
    let server = LoopbackServer([.receive, okAnswer("x")])
    let client = try makeClient()
    let failure = try await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await failing { try await client.send(post(server.url)) }
    }.value
    #expect(failure.cause == .cancelled)
    #expect(!failure.mayBeBilled)
    #expect(server.log.connections == 0)
  }

  @Test func cancellingOneCallLeavesTheOthersAlone() async throws {
    let server = LoopbackServer([.receive, .awaitClose], [.receive, .hold, okAnswer("kept")])
    let client = try makeClient()
    let doomed = Task { try await failing { try await client.send(post(server.url)) } }
    await server.until { $0.requests.count == 1 }
    let kept = Task { try await client.answer(post(server.url)) }
    await server.until { $0.requests.count == 2 }
    doomed.cancel()
    #expect(try await doomed.value.cause == .cancelled)
    server.release()
    #expect(try await kept.value.text == "kept")
  }

  @Test func closingEndsEveryCallAndRefusesNewOnes() async throws {
    let server = LoopbackServer([.receive, .awaitClose])
    let client = try makeClient()
    let call = Task { try await failing { try await client.send(post(server.url)) } }
    await server.until { $0.requests.count == 1 }
    client.close()
    #expect(try await call.value.cause == .closed)
    #expect(try await failing { try await client.send(post(server.url)) }.cause == .closed)
    await server.until { $0.closedByClient == 1 }
  }

  @Test func lettingGoOfTheClientClosesItsConnections() async throws {
    let server = LoopbackServer([.receive, okAnswer("x"), .awaitClose])
    do {
      let client = try makeClient()
      #expect(try await client.send(post(server.url)).text == "x")
    }
    await server.until { $0.closedByClient == 1 }
  }
}
