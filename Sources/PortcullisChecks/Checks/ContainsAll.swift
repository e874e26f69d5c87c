import PortcullisCore

extension CheckKind {
  package static let containsAll = CheckKind(
    name: "contains-all",
    summary: "the answer contains every one of several texts",
    details: "Each text is compared as by `contains`. The order in which they stand does not matter.",
    usage: "contains-all: [TEXT, …]",
    arguments: [CheckArgumentDoc("(argument)", "list of texts", "all that must stand in the answer; none may be empty")],
    examples: [
      CheckExample(#"{"contains-all": ["30 days", "receipt"]}"#, "Bring the receipt within 30 days.", gives: .pass),
      CheckExample(#"{"contains-all": ["30 days", "receipt"]}"#, "Within 30 days.", gives: .fail),
      CheckExample(#"{"contains-all": []}"#, "Within 30 days.", gives: .refused, "an empty list decides nothing"),
    ]
  ) { reader, _ in
    guard let needles = reader.texts()?.map(Needle.init) else { return nil }
    return .pure(
      PureCheck { reading in
        let missing = needles.filter { $0.firstRange(in: reading.text) == nil }
        return missing.isEmpty
          ? .holds("contains all of \(listed(needles.map(\.text)))")
          : .lacks("wanted also \(listed(missing.map(\.text))) in \(quoted(reading.text))")
      })
  }
}
