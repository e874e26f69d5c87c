import PortcullisCore

extension CheckKind {
  package static let contains = CheckKind(
    name: "contains",
    summary: "the answer contains a text",
    details: """
      Compared character by character: capitals and white space count; composed and decomposed accents are the same. \
      For anything looser write `regex`, as in `regex: "(?i)14 days"`.
      """,
    usage: "contains: TEXT",
    arguments: [CheckArgumentDoc("(argument)", "text", "what must stand in the answer; may not be empty")],
    examples: [
      CheckExample(#"{"contains": "14 days"}"#, "You can return it within 14 days.", gives: .pass),
      CheckExample(#"{"contains": "14 days"}"#, "You can return it within 14 Days.", gives: .fail, "capitals count"),
      CheckExample(#"{"not": {"contains": "refund"}}"#, "We exchange it.", gives: .pass),
      CheckExample(#"{"not": {"contains": "refund"}}"#, "", gives: .fail, "an empty answer fails every check, negated ones too"),
      CheckExample(#"{"contains": ""}"#, "anything", gives: .refused, "every answer contains the empty text"),
    ]
  ) { reader, _ in
    guard let needle = reader.text().map(Needle.init) else { return nil }
    return .pure(
      PureCheck { reading in
        guard let range = needle.firstRange(in: reading.text) else {
          return .lacks("wanted \(quoted(needle.text)) in \(quoted(reading.text))")
        }
        return .holds("contains \(quoted(needle.text)): \(excerpt(reading.text, around: range))")
      })
  }
}
