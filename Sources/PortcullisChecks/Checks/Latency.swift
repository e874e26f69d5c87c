import PortcullisCore

extension CheckKind {
  package static let latency = CheckKind(
    name: "latency",
    summary: "the answer came within a time",
    details: """
      From sending the request to the end of the answer, of the attempt that succeeded. A recording without a latency is unscored. \
      To hold a share of all answers to a limit, use the rule `latency` instead: single calls are noisy.
      """,
    usage: "latency: DURATION",
    arguments: [CheckArgumentDoc("(argument)", "duration", "the longest time, as in 300ms or 2s")],
    examples: [
      CheckExample(#"{"latency": "2s"}"#, completion: Completion(text: "Yes.", latency: .milliseconds(2000)), gives: .pass),
      CheckExample(#"{"latency": "2s"}"#, completion: Completion(text: "Yes.", latency: .milliseconds(2001)), gives: .fail),
      CheckExample(#"{"latency": "2s"}"#, "Yes.", gives: .unscored, "no latency is known"),
      CheckExample(#"{"latency": 2}"#, "Yes.", gives: .refused, "2 what?"),
    ]
  ) { reader, _ in
    guard let written = reader.text() else { return nil }
    let limit: Duration
    do throws(UnitProblem) {
      limit = try parseDuration(written)
    } catch {
      reader.refuse(error.message, help: error.help)
      return nil
    }
    guard limit > .zero else {
      reader.refuse("'latency' is '\(written)', which no answer can keep")
      return nil
    }
    return .pure(
      PureCheck(.whole, needs: .latency) { reading in
        guard let latency = reading.answer.completion.latency else { return .unknown("the latency is not known") }
        return latency <= limit
          ? .holds("answered in \(latency.short)") : .lacks("wanted an answer within \(limit.short), it took \(latency.short)")
      })
  }
}
