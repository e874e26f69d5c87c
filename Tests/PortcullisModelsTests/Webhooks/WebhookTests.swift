import PortcullisCore
import Testing

@testable import PortcullisModels

struct WebhookTests {
  private func http() throws -> HTTPClient { try HTTPClient(HTTPClient.Options(maxConnections: 4, environment: NetworkEnvironment([:]))) }

  private func post(
    _ url: String, token: String? = nil,
    // Far beyond what a loaded machine takes: no test but the one that says so waits for any of them.
    timeouts: Timeouts = Timeouts(connect: .seconds(60), firstByte: .seconds(60), idle: .seconds(60), total: .seconds(90))
  ) -> WebhookPost {
    WebhookPost(
      url: Secret(url), token: token.map { Secret($0) }, key: "portcullis-3fa9-rollback-1", body: Array(#"{"event":"rollback"}"#.utf8),
      timeouts: timeouts)
  }

  private func hook(_ server: LoopbackServer) -> String { "http://127.0.0.1:\(server.port)/hook/T0-secret-path?key=42" }

  private func failure(_ post: WebhookPost) async throws -> CallFailure? {
    let client = try http()
    do throws(CallFailure) {
      Issue.record("acknowledged: \(try await post.send(over: client))")
      return nil
    } catch { return error }
  }

  @Test(arguments: [200, 201, 202, 204, 299]) func everySuccessAcknowledges(status: Int) async throws {
    let server = LoopbackServer([.receive, .text("HTTP/1.1 \(status) OK\r\nContent-Length: 0\r\n\r\n")])
    defer { server.stop() }
    let words = try await post(hook(server), token: "token-1234").send(over: try http())
    #expect(words == "127.0.0.1:\(server.port) answered \(status)")
    let sent = try #require(server.log.requestTexts.first)
    #expect(sent.hasPrefix("POST /hook/T0-secret-path?key=42 HTTP/1.1\r\n") && sent.hasSuffix("\r\n\r\n{\"event\":\"rollback\"}"))
    for line in ["Content-Type: application/json", "Idempotency-Key: portcullis-3fa9-rollback-1", "Authorization: Bearer token-1234"] {
      #expect(sent.contains("\r\n\(line)\r\n"))
    }
  }

  @Test(arguments: [
    (302, FailureKind.server, "answered 302; redirects are not followed"), (400, .server, "answered 400: 'no'"),
    (404, .server, "answered 404: 'no'"), (429, .rateLimit, "answered 429: 'no'"), (500, .server, "answered 500: 'no'"),
    (503, .server, "answered 503: 'no'"),
  ])
  func anyOtherAnswerIsNone(_ row: (status: Int, kind: FailureKind, words: String)) async throws {
    let server = LoopbackServer([
      .receive, .text("HTTP/1.1 \(row.status) X\r\nLocation: http://127.0.0.1:1/\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno"),
    ])
    defer { server.stop() }
    let failure = try await failure(post(hook(server)))
    #expect(failure?.kind == row.kind && failure?.message == "127.0.0.1:\(server.port) " + row.words)
    #expect(failure?.retryAfter == .seconds(7) && failure?.status == row.status)
    #expect(server.log.connections == 1)
  }

  /// What was read and not answered may have been done: it is not acknowledged, and not repeated by the transport.
  @Test(arguments: [LoopbackServer.Step.reset, .receiveSome]) func aBrokenConnectionIsNoAcknowledgement(end: LoopbackServer.Step)
    async throws
  {
    let server = LoopbackServer([.receive] + (end.isReset ? [.reset] : []))
    defer { server.stop() }
    let failure = try await failure(post(hook(server)))
    #expect(failure?.kind == .transport && failure?.mayBeBilled == true)
    #expect(server.log.connections == 1 && server.log.requests.count == 1)
  }

  @Test func aCutAcknowledgementIsNone() async throws {
    let server = LoopbackServer([.receive, .text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")])
    defer { server.stop() }
    #expect(try await failure(post(hook(server)))?.kind == .transport)
  }

  @Test func aSilentReceiverIsGivenUp() async throws {
    let server = LoopbackServer([.receive, .awaitClose])
    defer { server.stop() }
    let slow = Timeouts(connect: .seconds(5), firstByte: .milliseconds(80), idle: .seconds(1), total: .seconds(2))
    #expect(try await failure(post(hook(server), timeouts: slow))?.kind == .timeout)
  }

  /// The path of a webhook is its key: no message may hold it, whoever echoes it.
  @Test func neitherAddressNorTokenIsEverPrinted() async throws {
    let echo = #"token-1234 at hook/T0-secret-path \u001B[31m"#
    let server = LoopbackServer([.receive, .text("HTTP/1.1 500 X\r\nContent-Length: \(echo.utf8.count)\r\n\r\n\(echo)")])
    defer { server.stop() }
    let message = try #require(try await failure(post(hook(server), token: "token-1234"))?.message)
    #expect(!message.contains("token-1234") && !message.contains("T0-secret") && !message.contains("\u{1B}"), "\(message)")
  }

  @Test(arguments: [
    "http://169.254.169.254/latest", "http://metadata.google.internal/", "ftp://127.0.0.1/x", "http://user:pass@127.0.0.1/", "nonsense",
    "http://127.0.0.1/a b",
  ])
  func someAddressesAreNeverCalled(url: String) async throws {
    let failure = try await failure(post(url))
    #expect(failure?.kind == .request && failure?.message.contains("pass@") == false)
  }
}

extension LoopbackServer.Step {
  fileprivate var isReset: Bool { if case .reset = self { true } else { false } }
}
