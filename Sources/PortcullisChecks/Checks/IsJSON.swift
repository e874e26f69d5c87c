import PortcullisCore

extension CheckKind {
  package static let isJSON = CheckKind(
    name: "is-json",
    summary: "the whole answer is one JSON value",
    details: """
      Read strictly (RFC 8259): no text or code fence around it, no trailing comma, no member twice. \
      A program that reads the answer would stumble over all of these.
      """,
    usage: "is-json",
    examples: [
      CheckExample(#""is-json""#, #"{"queue": "safety"}"#, gives: .pass),
      CheckExample(#""is-json""#, "```json\n{}\n```", gives: .fail, "a code fence is not JSON"),
      CheckExample(#""is-json""#, #"{"a": 1, "a": 2}"#, gives: .fail, "a member twice: readers disagree which one counts"),
    ]
  ) { reader, _ in
    guard reader.takesNothing() else { return nil }
    return .pure(
      PureCheck { reading in
        do throws(JSONError) {
          _ = try JSON(parsing: reading.text)
          return .holds("the answer is JSON: \(quoted(reading.text))")
        } catch {
          return .lacks("wanted JSON, but \(error): \(quoted(reading.text))")
        }
      })
  }
}
