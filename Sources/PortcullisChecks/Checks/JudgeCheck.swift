import PortcullisCore

extension CheckKind {
  package static let judge = CheckKind(
    name: "judge",
    summary: "a model grades the answer by a rubric",
    details: """
      The judge is named under `judges` in portcullis.yaml: a model and a rubric file. \
      It sees the conversation and the answer as fenced data, \
      then the rubric, and must reply with one JSON object; anything else is unscored after one more try. \
      A rubric of the kind `reference` also sees the case's `expected`, as the right answer; one of the kind `agreement` compares \
      the two as answers of equal rank.

      The grade passes from the rubric's `pass` on, or from the check's own `threshold`. \
      Rulings that rest on a judge stay inconclusive until the judge is calibrated against people's labels.
      """,
    usage: "judge: NAME",
    arguments: [CheckArgumentDoc("(argument)", "text", "a judge of the config")],
    examples: [
      CheckExample(
        #"{"judge": "helpful"}"#, "We replace it free of charge; the label is in your mail.",
        reply: #"{"reasoning": "answers, and names the next step", "grade": "good"}"#, gives: .pass),
      CheckExample(
        #"{"judge": "helpful"}"#, "Please contact the seller.",
        reply: #"{"reasoning": "sends the customer away", "grade": "poor"}"#, gives: .fail),
      CheckExample(#"{"judge": "helpful"}"#, "We replace it.", reply: "I would say good.", gives: .unscored, "no JSON object"),
      CheckExample(#"{"judge": "helpfull"}"#, "We replace it.", gives: .refused),
    ],
    isJudged: true
  ) { reader, _ in
    guard let name = reader.text() else { return nil }
    guard let judge = reader.judges[name] else {
      let known = reader.judges.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      reader.refuse(
        "unknown judge '\(name)'", help: suggestion(for: name, among: known) ?? "name a judge under 'judges' in portcullis.yaml")
      return nil
    }
    let expected = reader.expected.flatMap { $0.isNull ? nil : $0.string ?? $0.compactText }
    let compares =
      switch judge.rubric.kind {
      case .reference, .agreement: true
      case .passFail, .graded: false
      }
    if compares, expected == nil {
      reader.refuse("the rubric of '\(name)' compares with a reference answer, but the case has no 'expected'")
      return nil
    }
    return .asking(judge, expected: compares ? expected : nil)
  }
}
