import PortcullisCore

extension CheckKind {
  package static let maxWords = CheckKind(
    name: "max-words",
    summary: "the answer has at most so many words",
    details: "A word is what stands between white space (Unicode's), so that \"3 kg\" has two and \"e-mail\" one. \(noWords)",
    usage: "max-words: N",
    arguments: [CheckArgumentDoc("(argument)", "whole number from 1", "the most words allowed")],
    examples: [
      CheckExample(#"{"max-words": 4}"#, "It is\u{A0}not\nrefunded", gives: .pass),
      CheckExample(#"{"max-words": 3}"#, "It is not refunded", gives: .fail),
      CheckExample(#"{"max-words": 3}"#, "", gives: .fail, "an empty answer is not a short one"),
      CheckExample(#"{"max-words": -1}"#, "", gives: .refused),
    ]
  ) { reader, _ in
    guard let limit = reader.wholeNumber(1...1_000_000) else { return nil }
    return .pure(
      PureCheck { reading in
        let words = wordCount(reading.text)
        return words <= limit ? .holds("\(words) words, at most \(limit)") : .lacks("wanted at most \(limit) words, got \(words)")
      })
  }
}

private let noWords = "Chinese, Japanese and Thai are written without blanks between words: count them by `regex`."

/// Runs of characters between white space.
func wordCount(_ text: String) -> Int {
  var words = 0, isInside = false
  for scalar in text.unicodeScalars {
    let isSpace = scalar.isASCII ? scalar.value == 0x20 || 0x09...0x0D ~= scalar.value : scalar.properties.isWhitespace
    if !isSpace, !isInside { words += 1 }
    isInside = !isSpace
  }
  return words
}
