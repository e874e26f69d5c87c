import PortcullisCore

extension CheckKind {
  package static let minWords = CheckKind(
    name: "min-words",
    summary: "the answer has at least so many words",
    details: "Words are counted as by `max-words`.",
    usage: "min-words: N",
    arguments: [CheckArgumentDoc("(argument)", "whole number from 1", "the fewest words allowed")],
    examples: [
      CheckExample(#"{"min-words": 4}"#, "It is not refunded", gives: .pass),
      CheckExample(#"{"min-words": 5}"#, "It is not refunded", gives: .fail),
      CheckExample(#"{"min-words": 0}"#, "No.", gives: .refused, "every answer has that many"),
    ]
  ) { reader, _ in
    guard let limit = reader.wholeNumber(1...1_000_000) else { return nil }
    return .pure(
      PureCheck { reading in
        let words = wordCount(reading.text)
        return words >= limit ? .holds("\(words) words, at least \(limit)") : .lacks("wanted at least \(limit) words, got \(words)")
      })
  }
}
