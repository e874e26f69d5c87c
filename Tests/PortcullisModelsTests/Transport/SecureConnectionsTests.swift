import Testing

@testable import PortcullisModels

@Suite(.timeLimit(.minutes(1)), .enabled(if: TLSServer.isAvailable, "openssl's command is not installed"))
struct SecureConnectionsTests {
  private func client(trusting server: TLSServer) throws -> HTTPClient {
    try makeClient(environment: ["SSL_CERT_FILE": server.certificate])
  }

  private func expectTLSFailure(_ failure: TransportFailure, _ server: TLSServer) {
    guard case .tls = failure.cause else {
      Issue.record("\(failure)")
      return
    }
    #expect(!failure.mayBeBilled)
    #expect(server.inside.log.requests.isEmpty)
  }

  @Test func aCertificateNobodyVouchesForIsRefused() async throws {
    let server = try TLSServer([.receive, okAnswer("x")])
    expectTLSFailure(try await failing { try await makeClient().send(post(server.url)) }, server)
  }

  @Test func aCertificateOfAnotherHostIsRefused() async throws {
    let server = try TLSServer([.receive, okAnswer("x")], names: "DNS:other.example")
    expectTLSFailure(try await failing { try await client(trusting: server).send(post(server.url)) }, server)
  }

  @Test func aTrustedConnectionIsKeptAndUsedAgain() async throws {
    let server = try TLSServer([.receive, okAnswer("first"), .receive, okAnswer("second")])
    let client = try client(trusting: server)
    #expect(try await client.send(post(server.url)).text == "first")
    let second = try await client.send(post(server.url))
    #expect(second.text == "second")
    #expect(second.reusedConnection)
    #expect(second.version == .http1)
  }

  // Frames by RFC 9113.
  private func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0, 0, UInt8(payload.count), type, flags, 0, 0, 0, stream] + payload
  }

  private var settings: LoopbackServer.Step { .send(frame(4, 0, 0, [])) }
  private var settingsAcknowledged: LoopbackServer.Step { .send(frame(4, 1, 0, [])) }

  /// HEADERS holding 0x88 (":status: 200" of HPACK's static table), then DATA with END_STREAM.
  private func reply(_ stream: UInt8, _ body: String) -> LoopbackServer.Step {
    .send(frame(1, 4, stream, [0x88]) + frame(0, 1, stream, Array(body.utf8)))
  }

  @Test func http2IsAgreedOnAndItsStreamsShareAConnection() async throws {
    let server = try TLSServer(
      [settings, .receiveStream(1), settingsAcknowledged, reply(1, "first"), .receiveStream(3), reply(3, "second")],
      protocols: "h2,http/1.1")
    let client = try client(trusting: server)
    let first = try await client.send(post(server.url))
    #expect(first.text == "first")
    #expect(first.status == 200)
    #expect(first.version == .http2)
    let second = try await client.send(post(server.url))
    #expect(second.text == "second")
    #expect(second.reusedConnection)
    #expect(server.outside.log.connections == 1)
  }

  @Test func anHTTP2StreamTakenBackIsNoAnswer() async throws {
    let reset = LoopbackServer.Step.send(frame(3, 0, 1, [0, 0, 0, 8]))
    let server = try TLSServer([settings, .receiveStream(1), settingsAcknowledged, reset, .awaitClose], protocols: "h2")
    let failure = try await failing { try await client(trusting: server).send(post(server.url)) }
    guard case .badFraming = failure.cause else {
      Issue.record("\(failure)")
      return
    }
    #expect(failure.mayBeBilled)
    #expect(server.inside.log.requests.count == 1)
  }

  @Test func anHTTP2StreamThatIsRefusedIsNotSentAgainByItself() async throws {
    // REFUSED_STREAM: the server did nothing; whether to ask again is still ours to say.
    let refused = LoopbackServer.Step.send(frame(3, 0, 1, [0, 0, 0, 7]))
    let server = try TLSServer(
      [settings, .receiveStream(1), settingsAcknowledged, refused, .receiveStream(3), reply(3, "second")], protocols: "h2")
    _ = try await failing { try await client(trusting: server).send(post(server.url)) }
    #expect(server.inside.log.requests.count == 1)
  }
}
