import PortcullisCore

/// A chat-completions request as far as replaying needs it.
struct ChatRequest {
  let query: ReplayServer.Query
  let isStream: Bool
  let includesUsage: Bool

  /// nil where the bytes are no such request.
  init?(_ bytes: [UInt8]) {
    guard let body = try? JSON(parsing: bytes), let model = body["model"]?.string,
      let written = body["messages"]?.array
    else { return nil }
    var messages: [Message] = []
    for message in written {
      guard let role = message["role"]?.string.flatMap(Message.Role.init) else { return nil }
      let calls = (message["tool_calls"]?.array ?? []).compactMap { MadeCall(json: $0, unnamed: "") }
      messages.append(
        Message(
          role: role, content: message["content"]?.string ?? "", calls: calls, answeredCall: message["tool_call_id"]?.string))
    }
    isStream = body["stream"]?.bool ?? false
    includesUsage = body["stream_options"]?["include_usage"]?.bool ?? false
    query = ReplayServer.Query(model: model, messages: messages, body: body)
  }
}
