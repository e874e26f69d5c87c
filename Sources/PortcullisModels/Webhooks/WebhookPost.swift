package import PortcullisCore

/// One message to a webhook, the same at every attempt. Any 2xx acknowledges it; a redirect is not followed.
package struct WebhookPost: Sendable {
  private let request: HTTPRequest
  private let redactor: Redactor

  /// - Parameters:
  ///   - url: Shown nowhere but for its host: the path of a webhook is often its key.
  ///   - token: Sent as `Authorization: Bearer …`.
  ///   - key: By which the receiver knows a repeated message: `Idempotency-Key`.
  ///   - body: JSON.
  package init(url: Secret, token: Secret?, key: String, body: [UInt8], timeouts: Timeouts) {
    let authorization = token.map { [HTTPHeader("Authorization", "Bearer \($0.value)")] } ?? []
    let target = HTTPTarget(
      .post, url.value,
      headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Idempotency-Key", key), HTTPHeader("Accept", "*/*")]
        + authorization)
    request = HTTPRequest(target, body: body, timeouts: timeouts, bodyLimit: 1 << 20)
    // A receiver seldom echoes the whole address, but its path or a piece of it.
    let pieces = url.value.split { "/?&=".contains($0) }.dropFirst(2).map { Secret(String($0)) }
    redactor = Redactor([url] + pieces + (token.map { [$0] } ?? []))
  }

  /// Sends it once.
  ///
  /// - Returns: Who acknowledged it, in words: `hooks.example:443 answered 204`.
  /// - Throws: Why it is not acknowledged. Every status but 2xx is `server`, or `rateLimit` for 429; an unusable address is `request`.
  package func send(over http: HTTPClient) async throws(CallFailure) -> String {
    let answer: HTTPAnswer
    do { answer = try await http.send(request) } catch { throw redactor.redacted(CallFailure(error)) }
    let words = "\(hostForMessages(of: request.target)) answered \(answer.status)"
    if 200..<300 ~= answer.status { return words }
    let reason = 300..<400 ~= answer.status ? "; redirects are not followed" : quoted(answer)
    throw redactor.redacted(
      CallFailure(
        answer.status == 429 ? .rateLimit : .server, words + reason, status: answer.status, retryAfter: retryHint(in: answer.headers),
        mayBeBilled: true))
  }

  /// What the receiver says about it, cut: it is somebody else's text.
  private func quoted(_ answer: HTTPAnswer) -> String {
    let text = visible(redactor.withoutValues(answer.excerpt).prefix(160))
    return text.isEmpty ? "" : ": '\(text)'"
  }
}
