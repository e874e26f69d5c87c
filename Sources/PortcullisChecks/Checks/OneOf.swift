import PortcullisCore

extension CheckKind {
  package static let oneOf = CheckKind(
    name: "one-of",
    summary: "the whole answer is one of several texts",
    details: "White space around the answer does not count; capitals and full stops do. For labels and classes.",
    usage: "one-of: [TEXT, …]",
    arguments: [
      CheckArgumentDoc("(argument)", "list of texts", fallback: "the case's `expected`: a list of texts, or one", "what the answer may be")
    ],
    examples: [
      CheckExample(#"{"one-of": ["billing", "delivery"]}"#, " billing\n", gives: .pass),
      CheckExample(#"{"one-of": ["billing", "delivery"]}"#, "This is about billing.", gives: .fail),
      CheckExample(#""one-of""#, expected: #"["positive", "neutral"]"#, "neutral", gives: .pass),
    ]
  ) { reader, _ in
    var choices: [String]?
    if reader.argument != nil {
      choices = reader.texts()
    } else if let text = reader.expected?.string {
      choices = reader.text(.string(text), of: "'expected'").map { [$0] }
    } else if let list = reader.expected, list.array != nil {
      choices = reader.texts(list)
    } else {
      reader.refuse("'one-of' needs a list of texts", help: "write one-of: [\"…\", \"…\"], or give the case an 'expected'")
    }
    guard let choices = choices?.map({ String(trimmed($0)) }) else { return nil }
    return .pure(
      PureCheck { reading in
        let answer = trimmed(reading.text)
        return choices.contains { answer == $0 }
          ? .holds("the answer is \(quoted(String(answer)))")
          : .lacks("wanted one of \(listed(choices)), got \(quoted(reading.text))")
      })
  }
}
