import PortcullisCore

/// Writes request bodies: model, parameters, tools and stream settings first and always in the same order, the messages last, so that
/// what all calls of a target share is one prefix and the provider's cache can hit.
struct OpenAIBody: Sendable {
  private let target: Target
  private let isStreamed: Bool
  /// For requests without parameters of their own: nearly all.
  private let usualPrefix: [UInt8]

  init(_ target: Target, isStreamed: Bool) throws(Diagnostic) {
    for (name, instead) in [
      ("model", "model"), ("messages", "prompt"), ("tools", "tools"), ("stream", "stream"), ("stream_options", "stream"),
    ]
    where target.parameters[name] != nil {
      throw Diagnostic(
        .error, "'\(name)' is no parameter of target '\(target.name)'", help: "write it as '\(instead)' of the target, outside 'parameters'"
      )
    }
    self.target = target
    self.isStreamed = isStreamed
    usualPrefix = Self.prefix(target, target.parameters, isStreamed)
  }

  func body(for request: ModelRequest) -> [UInt8] {
    var out = usualPrefix
    if !request.parameters.members.isEmpty {
      var merged = target.parameters
      for member in request.parameters.members { merged[member.name] = member.value }
      out = Self.prefix(target, merged, isStreamed)
    }
    out.reserveCapacity(request.messages.reduce(out.count + 64) { $0 + $1.content.utf8.count + $1.content.utf8.count / 16 + 64 })
    for (index, message) in request.messages.enumerated() {
      out.append(contentsOf: (index == 0 ? "{\"role\":" : ",{\"role\":").utf8)
      writeJSONString(message.role.rawValue, to: &out)
      out.append(contentsOf: ",\"content\":".utf8)
      if message.content.isEmpty, !message.calls.isEmpty {
        out.append(contentsOf: "null".utf8)
      } else {
        writeJSONString(message.content, to: &out)
      }
      if !message.calls.isEmpty { out += Array(",\"tool_calls\":".utf8) + JSON.array(message.calls.map(written)).compactBytes }
      if let id = message.answeredCall {
        out.append(contentsOf: ",\"tool_call_id\":".utf8)
        writeJSONString(id, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
    out.append(contentsOf: "]}".utf8)
    return out
  }

  /// A call of the conversation; its arguments are a text, as the model wrote them.
  private func written(_ made: MadeCall) -> JSON {
    let arguments = made.call.arguments.string ?? made.call.arguments.compactText
    return .object([
      ("id", .string(made.id)), ("type", .string("function")),
      ("function", .object([("name", .string(made.call.name)), ("arguments", .string(arguments))])),
    ])
  }

  /// Everything up to and with the bracket that opens the messages.
  private static func prefix(_ target: Target, _ parameters: JSONObject, _ isStreamed: Bool) -> [UInt8] {
    var members: [(String, JSON)] = [("model", .string(target.model))]
    members += parameters.members.map { ($0.name, $0.value) }
    if !target.tools.isEmpty { members.append(("tools", .array(target.tools))) }
    if isStreamed { members += [("stream", .bool(true)), ("stream_options", .object([("include_usage", .bool(true))]))] }
    return JSON.object(members).compactBytes.dropLast() + Array(",\"messages\":[".utf8)
  }
}
