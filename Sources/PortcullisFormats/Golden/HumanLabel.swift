package import PortcullisCore

/// What one person says of one answer, a line of `golden/<evalset>/labels.jsonl`: judges are calibrated on these.
package struct HumanLabel: Sendable, Hashable {
  package enum Value: Sendable, Hashable {
    case pass, fail
    /// From 0 (worst) to 1 (best).
    case grade(Double)
  }

  package let caseID: CaseID
  /// Of the answer's text.
  package let answerDigest: Digest
  /// The text itself, where the line has it.
  package let answer: String?
  /// What was judged: a rubric's or metric's name.
  package let criterion: String?
  package let value: Value
  package let rater: String
  package let at: String?
  package let note: String?
}

func readLabel(_ reader: inout FieldReader, _ problems: FileProblems) -> HumanLabel? {
  let id = readCaseID("case", &reader, problems)
  let answer = reader.text("answer")
  let written = readDigest("answer_digest", &reader, problems)
  let criterion = reader.text("criterion")
  let value = reader.node("label", required: true).flatMap { readValue($0, problems) }
  let rater = reader.text("rater", required: true)
  let at = reader.node("at").flatMap { problems.date($0, "at") }
  let note = reader.text("note")
  let computed = answer.map { Digest(of: $0) }
  if let computed, let written, computed != written {
    problems.error("'answer_digest' is not the digest of 'answer'", at: reader.position(of: "answer_digest"))
    return nil
  }
  guard let digest = computed ?? written else {
    if !reader.has("answer"), !reader.has("answer_digest") {
      problems.error("the label names no answer", at: reader.position, help: "give it 'answer' or 'answer_digest'")
    }
    return nil
  }
  guard let id, let value, let rater else { return nil }
  return HumanLabel(
    caseID: id, answerDigest: digest, answer: answer, criterion: criterion, value: value, rater: rater, at: at, note: note)
}

private func readValue(_ node: Node, _ problems: FileProblems) -> HumanLabel.Value? {
  switch node.scalar?.text {
  case "pass": return .pass
  case "fail": return .fail
  case let text?:
    guard let number = plainNumber(text), number >= 0, number <= 1 else { break }
    return .grade(number)
  case nil: break
  }
  problems.error("'label' is \(node.shown); it must be \"pass\", \"fail\" or a number from 0 to 1", at: node.position)
  return nil
}
