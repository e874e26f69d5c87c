import PortcullisCore

@testable import PortcullisModels

/// A plain 200 with its length.
func okAnswer(_ body: String, headers: [String] = []) -> LoopbackServer.Step { answer(200, body, headers: headers) }

func answer(_ status: Int, _ body: String, headers: [String] = []) -> LoopbackServer.Step {
  let lines = ["HTTP/1.1 \(status) Some Reason", "Content-Length: \(body.utf8.count)"] + headers
  return .text(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
}

func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n" }

func makeClient(environment: [String: String] = [:]) throws -> HTTPClient {
  try HTTPClient(HTTPClient.Options(environment: NetworkEnvironment(environment)))
}

/// Limits far above what a test on loopback takes, unless the test narrows one.
func limits(connect: Int = 20000, firstByte: Int = 20000, idle: Int = 20000, total: Int = 30000) -> Timeouts {
  Timeouts(connect: .milliseconds(connect), firstByte: .milliseconds(firstByte), idle: .milliseconds(idle), total: .milliseconds(total))
}

func post(_ url: String, _ body: String = "{}", headers: [HTTPHeader] = [], timeouts: Timeouts = limits()) -> HTTPRequest {
  HTTPRequest(HTTPTarget(.post, url, headers: headers), body: Array(body.utf8), timeouts: timeouts)
}

/// The failure of a call that must not succeed.
func failing(_ call: () async throws -> HTTPAnswer) async throws -> TransportFailure {
  do {
    let answer = try await call()
    throw Unexpected(what: "an answer with status \(answer.status) and \(answer.body.count) bytes")
  } catch let failure as TransportFailure {
    return failure
  }
}

struct Unexpected: Error { let what: String }

extension HTTPAnswer {
  var text: String { String(decoding: body, as: UTF8.self) }
}

extension HTTPClient {
  /// Sends, and fails the test with the transport's own words where no answer comes.
  func answer(_ request: HTTPRequest, onBody: HTTPBodyHook? = nil) async throws -> HTTPAnswer { try await send(request, onBody: onBody) }
}
