import PortcullisCore

/// Reads an answer whose status says that it is none. A content filter's 400 is an answer all the same.
func openAIError(_ answer: HTTPAnswer) throws(CallFailure) -> Completion {
  let json = try? JSON(parsing: answer.body)
  let error = OpenAIError(json?["error"] ?? json)
  if answer.status == 400, error.isContentFilter { return filtered(answer) }
  throw error.failure(answer, error.kind(status: answer.status))
}

/// Reads an error object inside a 200 or a stream.
func openAIErrorInside(_ json: JSON, _ answer: HTTPAnswer) throws(CallFailure) -> Completion {
  let error = OpenAIError(json)
  if error.isContentFilter { return filtered(answer) }
  throw error.failure(answer, error.kindInside)
}

private func filtered(_ answer: HTTPAnswer) -> Completion { Completion(text: nil, finish: .contentFilter, latency: answer.timing.total) }

/// What an endpoint says about its trouble, in any of the shapes in use: an object with message, type and code, or a bare text.
private struct OpenAIError {
  private let message: String
  /// `code` and `type`, where one of them is a word; lower case.
  private let words: [String]
  private let code: Int?

  init(_ json: JSON?) {
    switch json {
    case .string(let text): message = text
    case .some(let value): message = ["message", "detail", "error"].lazy.compactMap { value[$0]?.string }.first ?? ""
    case nil: message = ""
    }
    words = ["code", "type", "status"].compactMap { json?[$0]?.string?.lowercased() }
    code = json?["code"]?.int ?? json?["status"]?.int
  }

  var isContentFilter: Bool {
    words.contains { ["content_filter", "content_policy_violation", "responsibleaipolicyviolation"].contains($0) }
  }

  private func says(_ parts: String...) -> Bool {
    let text = message.lowercased()
    return parts.contains { part in text.contains(part) || words.contains { $0.contains(part) } }
  }

  private var isQuota: Bool { says("insufficient_quota", "billing", "credit balance", "exceeded your current quota", "payment required") }

  func kind(status: Int) -> FailureKind {
    switch status {
    case 401, 403: .auth
    case 402: .quota
    case 408: .timeout
    case 409, 425: .server
    case 429: isQuota ? .quota : .rateLimit
    case 529: says("rate limit", "rate_limit") ? .rateLimit : .server
    case 500...599: .server
    default: isQuota && status < 500 && status >= 400 ? .quota : .request
    }
  }

  /// The status was 200, so only the words tell. What they do not tell is trouble at the endpoint.
  var kindInside: FailureKind {
    if let code, 400...599 ~= code { return kind(status: code) }
    if isQuota { return .quota }
    if says("rate limit", "rate_limit", "too many requests") { return .rateLimit }
    if says("invalid_api_key", "authentication", "unauthorized", "permission_denied") { return .auth }
    if says("invalid_request", "context_length", "maximum context", "model_not_found", "badrequest") { return .request }
    return .server
  }

  func failure(_ answer: HTTPAnswer, _ kind: FailureKind) -> CallFailure {
    let shown = message.isEmpty ? "" : ": " + visible(message.prefix(2000))
    let what =
      switch answer.status / 100 {
      case 2: "the endpoint answered with an error in its \(answer.status)"
      case 3: "the endpoint answered \(answer.status), a redirect, which is not followed"
      default: "the endpoint answered \(answer.status)"
      }
    return CallFailure(
      kind, what + shown, status: answer.status, retryAfter: retryHint(in: answer.headers), mayBeBilled: !(300...499 ~= answer.status),
      received: answer.body.isEmpty ? nil : answer.excerpt)
  }
}
