// The parts of a target that are read by themselves: price, parameters, headers.

import PortcullisCore

/// `{input, cached_input, output, per: 1M, currency: USD}`, bare numbers, exact in nano-units a token.
func price(_ node: Node, _ problems: FileProblems) -> Price? {
  guard var fields = FieldReader(node, "'price'", problems) else { return nil }
  let per = fields.count("per") ?? 1_000_000
  let currency =
    fields.checked("currency") { text throws(Objection) in
      guard isCurrency(text) else { throw Objection("'\(text)' is no currency", help: "write three capital letters, as in 'USD'") }
      return text
    } ?? "USD"
  let input = fields.checked("input", required: true) { text throws(Objection) in try nanoPerToken(text, per: per) }
  let cached = fields.checked("cached_input") { text throws(Objection) in try nanoPerToken(text, per: per) }
  let output = fields.checked("output", required: true) { text throws(Objection) in try nanoPerToken(text, per: per) }
  fields.finish()
  guard let input, let output else { return nil }
  return Price(inputNano: input, cachedInputNano: cached, outputNano: output, currency: currency)
}

/// Passed through to the provider. What Portcullis sends itself is refused; where a name is known its value is checked.
func parameters(_ node: Node, _ problems: FileProblems) -> JSONObject? {
  guard let entries = problems.entries(node, "parameters") else { return nil }
  for entry in entries {
    if let reason = ownParameters.first(where: { $0.name == entry.key })?.reason {
      problems.error("'\(entry.key)' may not be a parameter: \(reason)", at: entry.keyPosition)
      continue
    }
    switch entry.key {
    case "temperature": _ = problems.number(entry.value, entry.key, in: 0...2)
    case "top_p": _ = problems.number(entry.value, entry.key, in: 0...1)
    case "frequency_penalty", "presence_penalty": _ = problems.number(entry.value, entry.key, in: -2...2)
    case "max_tokens", "max_completion_tokens": _ = problems.int(entry.value, entry.key, in: 1...10_000_000)
    case "seed": _ = problems.int(entry.value, entry.key, in: Int.min...Int.max)
    case "stop": _ = problems.texts(entry.value, entry.key)
    default:
      if let meant = nearestWord(to: entry.key, among: knownParameters), meant != entry.key {
        problems.warning("the parameter '\(entry.key)' is passed on as it is", at: entry.keyPosition, help: "did you mean '\(meant)'?")
      }
    }
  }
  return problems.json(node).object
}

private let knownParameters = [
  "temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "max_tokens", "max_completion_tokens", "seed", "stop",
  "response_format", "reasoning_effort", "logit_bias", "logprobs", "tool_choice", "parallel_tool_calls", "user", "metadata",
]

private let ownParameters: [(name: String, reason: String)] = [
  ("model", "it is the target's 'model'"), ("messages", "they come from the case"), ("tools", "they are the target's 'tools'"),
  ("stream", "it is the target's 'stream'"), ("stream_options", "usage is always asked for"),
  ("n", "one call is one answer; write 'repeats' for several trials"),
]

/// Header fields of every call. Those that carry keys or that the transfer sets are refused.
struct HeaderReader {
  let environment: EnvironmentValues
  let problems: FileProblems

  func headers(_ node: Node) -> [Target.Header] {
    var seen = [String]()
    return (problems.entries(node, "headers") ?? []).compactMap { entry in
      let lowered = entry.key.lowercased()
      guard !seen.contains(lowered) else {
        problems.error("the header '\(entry.key)' is given twice", at: entry.keyPosition, help: "capitals make no difference")
        return nil
      }
      seen.append(lowered)
      guard let objection = objection(toName: lowered, written: entry.key) else { return value(entry) }
      problems.error(objection.message, at: entry.keyPosition, help: objection.help)
      return nil
    }
  }

  private func value(_ entry: Node.Entry) -> Target.Header? {
    guard let value = entry.value.mapping == nil ? problems.label(entry.value, entry.key) : environment.text(entry.value, entry.key) else {
      return nil
    }
    // As in RFC 9110 §5.5, without the obsolete bytes above ASCII.
    guard value.utf8.allSatisfy({ 0x20...0x7E ~= $0 || $0 == 0x09 }) else {
      problems.error("the header '\(entry.key)' holds a line break or another character that no header may hold", at: entry.value.position)
      return nil
    }
    guard !looksLikeKey(value) else {
      problems.error(
        "the header '\(entry.key)' holds what looks like a key; headers are recorded", at: entry.value.position,
        help: "name the key's environment variable in 'api_key': {env: NAME}")
      return nil
    }
    return Target.Header(name: entry.key, value: value)
  }

  private func objection(toName name: String, written: String) -> Objection? {
    let marks = Array("!#$%&'*+-.^_`|~".utf8)  // RFC 9110 §5.6.2, with letters and digits
    guard !name.isEmpty, name.utf8.allSatisfy({ $0.isDigit || 0x61...0x7A ~= $0 || marks.contains($0) }) else {
      return Objection("'\(written)' is no name of a header")
    }
    if keyHeaders.contains(name) {
      return Objection("the header '\(written)' carries a key, and headers are recorded", help: "write 'api_key: {env: NAME}' instead")
    }
    if transferHeaders.contains(name) { return Objection("the header '\(written)' is set by the transfer itself") }
    return nil
  }

  private var keyHeaders: [String] {
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token"]
  }

  private var transferHeaders: [String] {
    [
      "host", "content-type", "content-length", "content-encoding", "transfer-encoding", "accept-encoding", "connection", "expect",
      "upgrade",
      "te", "trailer", "keep-alive",
    ]
  }
}

/// Shapes of well-known keys; a mistake caught, not a proof that a text holds none.
func looksLikeKey(_ text: String) -> Bool {
  ["Bearer ", "bearer ", "Basic ", "sk-", "ghp_", "github_pat_", "hf_", "xoxb-", "AKIA", "AIza"].contains { text.hasPrefix($0) }
}
