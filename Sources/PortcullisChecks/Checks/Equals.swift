import PortcullisCore

extension CheckKind {
  package static let equals = CheckKind(
    name: "equals",
    summary: "the whole answer is the wanted text, number or JSON value",
    details: """
      White space around the answer does not count; everything else does, also capitals and full stops. \
      A number is compared by value (34.7 is 34.70). A list, mapping, true or false is compared with the answer read as JSON, \
      in which the order of members does not matter.
      """,
    usage: "equals: TEXT | NUMBER | JSON",
    arguments: [CheckArgumentDoc("(argument)", "text, number or JSON", fallback: "the case's `expected`", "what the answer must be")],
    examples: [
      CheckExample(#"{"equals": "Paris"}"#, "Paris\n", gives: .pass, "outer white space does not count"),
      CheckExample(#"{"equals": "Paris"}"#, "Paris.", gives: .fail, "the full stop does"),
      CheckExample(#""equals""#, expected: "34.70", "34.7", gives: .pass, "numbers are compared by value"),
      CheckExample(#""equals""#, expected: #"{"ok": true, "items": [1, 2]}"#, #"{ "items": [1, 2.0], "ok": true }"#, gives: .pass),
      CheckExample(#""equals""#, expected: #"{"ok": true}"#, "ok: true", gives: .fail, "the answer is no JSON"),
      CheckExample(#"{"not": {"equals": "Paris"}}"#, "", gives: .fail, "an empty answer fails every check"),
      CheckExample(#""equals""#, "Paris", gives: .refused, "neither an argument nor `expected`"),
    ]
  ) { reader, _ in
    guard let wanted = reader.argument ?? reader.expected, !wanted.isNull else {
      reader.refuse("'equals' needs a value", help: "write equals: VALUE, or give the case an 'expected'")
      return nil
    }
    switch wanted {
    case .string(let text):
      let wanted = String(trimmed(text))
      guard !isBlank(wanted) else {
        reader.refuse("'equals' wants an empty answer", help: "write the text that the answer must be")
        return nil
      }
      return .pure(
        PureCheck { reading in
          trimmed(reading.text) == wanted
            ? .holds("the answer is \(quoted(wanted))") : .lacks("wanted \(quoted(wanted)), got \(quoted(reading.text))")
        })
    case .number(let number):
      guard let value = Decimal(number.text) else {
        reader.refuse("'\(number.text)' is no number this check can compare")
        return nil
      }
      return .pure(
        PureCheck { reading in
          Decimal(trimmed(reading.text)) == value
            ? .holds("the answer is \(number.text)") : .lacks("wanted the number \(number.text), got \(quoted(reading.text))")
        })
    case .bool, .array, .object, .null:
      return .pure(
        PureCheck { reading in
          guard let given = try? JSON(parsing: reading.text) else {
            return .lacks("wanted JSON equal to \(quoted(wanted.compactText)), got \(quoted(reading.text)), which is no JSON")
          }
          return given == wanted
            ? .holds("the answer is \(quoted(wanted.compactText))")
            : .lacks("wanted JSON equal to \(quoted(wanted.compactText)), got \(quoted(reading.text))")
        })
    }
  }
}
