import PortcullisCore

/// OpenAI's chat completions, and the many servers that speak them.
struct OpenAIProvider: Provider {
  let adapter = "openai/1"
  let endpoint: HTTPTarget
  let isStreamed: Bool
  private let writer: OpenAIBody

  /// - Parameter key: Sent as a bearer token, unless the target's own headers say how to authenticate.
  /// - Throws: What makes the target uncallable: its address, a header, a parameter that is not one.
  init(_ target: Target, key: Secret?) throws(Diagnostic) {
    isStreamed = target.stream ?? true
    writer = try OpenAIBody(target, isStreamed: isStreamed)
    let url = (target.baseURL ?? "https://api.openai.com/v1") + "/chat/completions"
    var headers = [HTTPHeader("Content-Type", "application/json")]
    if let key, !target.headers.contains(where: { $0.name.lowercased() == "authorization" }) {
      headers.append(HTTPHeader("Authorization", "Bearer \(key.value)"))
    }
    headers += target.headers.map { HTTPHeader($0.name, $0.value) }
    endpoint = HTTPTarget(.post, url, headers: headers)
    if let problem = endpoint.problem(inTarget: target) { throw problem }
  }

  func body(for request: ModelRequest) -> [UInt8] { writer.body(for: request) }

  func completion(from answer: HTTPAnswer) throws(CallFailure) -> Completion {
    guard answer.status / 100 == 2 else { return try openAIError(answer) }
    let body = answer.body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(answer.body.dropFirst(3)) : answer.body
    // Servers answer a streamed request with one object, and the other way round; the content-type is no more reliable than the body.
    let first = body.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    let isEvents = first != UInt8(ascii: "{") && (isStreamed || answer.headers["content-type"]?.hasPrefix("text/event-stream") == true)
    return isEvents ? try openAIStreamedCompletion(answer) : try openAICompletion(answer, body: body)
  }
}

extension HTTPTarget {
  /// What keeps this endpoint from being called; for people, before anything is paid for.
  func problem(inTarget target: Target) -> Diagnostic? {
    do {
      _ = try EndpointURL(url)
    } catch {
      let shown = error == .credentials ? "" : " '\(url)'"
      return Diagnostic(.error, "the base_url\(shown) of target '\(target.name)' \(error)")
    }
    return headers.lazy.compactMap(\.problem).first.map { Diagnostic(.error, "target '\(target.name)': \($0)") }
  }
}
