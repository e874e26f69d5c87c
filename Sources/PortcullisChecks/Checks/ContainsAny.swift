import PortcullisCore

extension CheckKind {
  package static let containsAny = CheckKind(
    name: "contains-any",
    summary: "the answer contains at least one of several texts",
    details: "Each text is compared as by `contains`. With `not` around it, none of them may stand in the answer.",
    usage: "contains-any: [TEXT, …]",
    arguments: [CheckArgumentDoc("(argument)", "list of texts", "one of them must stand in the answer; none may be empty")],
    examples: [
      CheckExample(#"{"contains-any": ["free of charge", "no charge"]}"#, "There is no charge for that.", gives: .pass),
      CheckExample(#"{"contains-any": ["free of charge", "no charge"]}"#, "It costs 4.90 EUR.", gives: .fail),
      CheckExample(#"{"not": {"contains-any": ["guarantee", "promise"]}}"#, "I promise that it works.", gives: .fail),
    ]
  ) { reader, _ in
    guard let needles = reader.texts()?.map(Needle.init) else { return nil }
    return .pure(
      PureCheck { reading in
        for needle in needles {
          guard let range = needle.firstRange(in: reading.text) else { continue }
          return .holds("contains \(quoted(needle.text)): \(excerpt(reading.text, around: range))")
        }
        return .lacks("wanted one of \(listed(needles.map(\.text))) in \(quoted(reading.text))")
      })
  }
}
