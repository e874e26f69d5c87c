import PortcullisCore

extension CheckKind {
  package static let toolCall = CheckKind(
    name: "tool-call",
    summary: "the model calls a tool, with the wanted arguments",
    details: """
      Passes where at least one call has the name and holds every member of `arguments` with an equal value; \
      other arguments may be there too. Mappings inside are compared in the same way, lists element by element. \
      Values are compared as JSON: 84.1 is 84.10, but "84.1" is a text.

      Nothing is ever run: only what the model asked for is looked at.
      """,
    usage: "tool-call: {name, arguments}",
    arguments: [
      CheckArgumentDoc("name", "text", "the tool's name"),
      CheckArgumentDoc("arguments", "mapping", fallback: "any", "members that must be among the arguments"),
    ],
    examples: [
      CheckExample(
        #"{"tool-call": {"name": "create_refund", "arguments": {"amount": 84.1}}}"#,
        completion: refund(#"{"order_id": "FL-20318", "amount": 84.10}"#), gives: .pass, "other arguments may be there"),
      CheckExample(
        #"{"tool-call": {"name": "create_refund", "arguments": {"amount": 84.1}}}"#,
        completion: refund(#"{"order_id": "FL-20318", "amount": 89}"#), gives: .fail),
      CheckExample(#"{"tool-call": {"name": "create_refund"}}"#, "I have refunded 84.10 EUR.", gives: .fail, "said, not done"),
      CheckExample(#"{"not": {"tool-call": {"name": "create_refund"}}}"#, "A colleague decides about it.", gives: .pass),
      CheckExample(#"{"tool-call": {"nmae": "create_refund"}}"#, "", gives: .refused),
    ]
  ) { reader, _ in
    guard let fields = reader.fields(["name", "arguments"]) else { return nil }
    guard let written = fields["name"] else {
      reader.refuse("'tool-call' needs the 'name' of the tool")
      return nil
    }
    guard let name = reader.text(written, of: "'name'") else { return nil }
    var arguments = JSONObject()
    if let given = fields["arguments"] {
      guard let object = given.object else {
        reader.refuse("'arguments' needs a mapping, not \(described(given))")
        return nil
      }
      arguments = object
    }
    return .pure(
      PureCheck(.whole) { [arguments] reading in
        let calls = reading.answer.completion.toolCalls
        let named = calls.filter { sameBytes($0.name, name) }
        if let call = named.first(where: { holds($0.arguments, .object(arguments)) }) {
          return .holds("calls \(quoted(name)) with \(quoted(call.arguments.compactText))")
        }
        return .lacks(missing(name, arguments, named: named, calls: calls))
      })
  }
}

private func refund(_ arguments: String) -> Completion {
  let value = (try? JSON(parsing: arguments)) ?? .string(arguments)
  return Completion(text: nil, toolCalls: [ToolCall(name: "create_refund", arguments: value)], finish: .toolCalls)
}

/// Whether a value holds all of `wanted`: members of mappings may be more, everything else is equal.
private func holds(_ value: JSON, _ wanted: JSON) -> Bool {
  switch (value, wanted) {
  case (.object(let object), .object(let wanted)):
    wanted.members.allSatisfy { member in object[member.name].map { holds($0, member.value) } ?? false }
  case (.array(let values), .array(let wanted)):
    values.count == wanted.count && zip(values, wanted).allSatisfy { holds($0, $1) }
  case (.number(let number), .number(let wanted)): Decimal(number.text) == Decimal(wanted.text)
  default: value == wanted
  }
}

private func missing(_ name: String, _ arguments: JSONObject, named: [ToolCall], calls: [ToolCall]) -> String {
  guard let nearest = named.first else {
    return "wanted a call of \(quoted(name)), got \(calls.isEmpty ? "no tool call" : "calls of \(listed(calls.map(\.name)))")"
  }
  guard let given = nearest.arguments.object else {
    return
      "called \(quoted(name)), but its arguments are no JSON mapping: \(quoted(nearest.arguments.string ?? nearest.arguments.compactText))"
  }
  let wrong = arguments.members.first { member in given[member.name].map { !holds($0, member.value) } ?? true }
  guard let wrong else { return "called \(quoted(name)) otherwise than wanted" }
  let came = given[wrong.name].map { quoted($0.compactText) } ?? "none"
  return "called \(quoted(name)), but wanted '\(visible(wrong.name))' to be \(quoted(wrong.value.compactText)), got \(came)"
}
