import PortcullisCore

// What `status` and `failure` of an observation say: whether the request was answered, and if not, why.

/// - Returns: nil where the request was answered.
func readFailure(status: Node?, failure: Node?, _ problems: FileProblems) -> FailureKind? {
  let byStatus = present(status).flatMap { node in problems.attempt(at: node.position) { () throws(Objection) in try outcome(status: node) }
  }
  let byFailure = present(failure).flatMap { node in
    problems.attempt(at: node.position) { () throws(Objection) in try outcome(failure: node) }
  }
  // The name of a failure says more than the number it came with.
  return (byFailure ?? .answered).kind ?? (byStatus ?? .answered).kind
}

private enum CallOutcome {
  case answered
  case failed(FailureKind)

  var kind: FailureKind? { if case .failed(let kind) = self { kind } else { nil } }
}

private func outcome(status node: Node) throws(Objection) -> CallOutcome {
  let help = "write 'ok', an HTTP status, or one of \(FailureKind.allCases.map(\.rawValue).joined(separator: ", "))"
  guard let scalar = node.scalar else { throw Objection("'status' is \(node.shown); it must be a status", help: help) }
  if let number = plainNumber(scalar.text) {
    guard let code = Int(exactly: number), (100...599).contains(code) else {
      throw Objection("'status' is \(scalar.text); an HTTP status lies from 100 to 599", help: help)
    }
    return FailureKind(httpStatus: code).map(CallOutcome.failed) ?? .answered
  }
  switch scalar.text {
  case "ok", "OK", "success", "succeeded": return .answered
  case "error", "failed", "failure": return .failed(.unknown)
  default:
    if let kind = FailureKind(rawValue: scalar.text) { return .failed(kind) }
    throw Objection("'status' is \(scalar.shown), which is unknown", help: help)
  }
}

/// A failure is one even where its name is new to us: an unknown word must not count as an answer.
private func outcome(failure node: Node) throws(Objection) -> CallOutcome {
  if let entries = node.mapping {
    guard let kind = entries.first(where: { sameBytes($0.key, "kind") })?.value else {
      throw Objection("'failure' has no 'kind'", help: "write {\"kind\":\"timeout\"}, or the kind alone")
    }
    return try outcome(failure: kind)
  }
  guard let scalar = node.scalar else { throw Objection("'failure' is \(node.shown); it must be the kind of a failure, or null") }
  switch scalar.resolved {
  case .null: return .answered
  case .bool(let failed): return failed ? .failed(.unknown) : .answered
  case .number:
    throw Objection("'failure' is \(scalar.text); it must be the kind of a failure, or null", help: "a number belongs in 'status'")
  case .text: return scalar.text.isEmpty ? .answered : .failed(FailureKind(rawValue: scalar.text) ?? .unknown)
  }
}

extension FailureKind {
  /// nil for an answer: 1xx to 3xx.
  fileprivate init?(httpStatus code: Int) {
    switch code {
    case ..<400: return nil
    case 401, 403: self = .auth
    case 402: self = .quota
    case 408, 499, 504: self = .timeout  // 499: the client gave up waiting (nginx)
    case 429: self = .rateLimit
    case 500...: self = .server
    default: self = .request
    }
  }
}
