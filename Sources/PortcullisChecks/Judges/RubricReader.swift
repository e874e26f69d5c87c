package import PortcullisCore

extension Rubric {
  /// Kinds of formats.md §4 that this version cannot judge by yet.
  package static let laterKinds = ["checklist", "pairwise", "faithfulness", "relevance", "conversation"]

  /// Reads a rubric from the front matter and the body of its file; throws all problems at once.
  package init(name: String, fields: JSONObject, body: String) throws(RubricProblems) {
    var reader = RubricReader(fields: fields)
    let kind = reader.kind()
    let grades = reader.grades(of: kind)
    let pass = reader.pass(grades, kind: kind)
    let examples = reader.examples(grades, kind: kind)
    if isBlank(body) { reader.refuse([], "the rubric has no body", help: "say below the front matter what is good and what is bad") }
    guard let kind, let grades, let pass, let examples, reader.problems.isEmpty else { throw RubricProblems(problems: reader.problems) }
    self.init(name: name, kind: kind, grades: grades, pass: pass, examples: examples, body: String(trimmed(body)))
  }
}

private struct RubricReader {
  let fields: JSONObject
  var problems: [RubricProblem] = []

  init(fields: JSONObject) {
    self.fields = fields
    refuseUnknown(fields, known: ["kind", "grades", "pass", "examples", "criteria"], at: [])
  }

  mutating func refuse(_ path: [String], _ message: String, help: String? = nil) {
    problems.append(RubricProblem(path: path, diagnostic: Diagnostic(.error, message, help: help)))
  }

  private mutating func refuseUnknown(_ object: JSONObject, known: [String], at path: [String]) {
    for member in object.members where !known.contains(member.name) {
      refuse(path + [member.name], "unknown key '\(member.name)'", help: suggestion(for: member.name, among: known))
    }
  }

  mutating func kind() -> Rubric.Kind? {
    let kinds = Rubric.Kind.allCases.map(\.rawValue)
    guard let written = fields["kind"] else {
      refuse([], "the rubric needs a 'kind'", help: "known here: " + kinds.joined(separator: ", "))
      return nil
    }
    if let kind = written.string.flatMap(Rubric.Kind.init) {
      if fields["criteria"] != nil { refuse(["criteria"], "'criteria' belong to the kind 'checklist', which comes with a later version") }
      return kind
    }
    let isLater = written.string.map(Rubric.laterKinds.contains) ?? false
    refuse(
      ["kind"],
      isLater
        ? "the kind '\(written.string ?? "")' comes with a later version" : "'kind' is \(described(written)), which is no kind of rubric",
      help: isLater ? "known here: " + kinds.joined(separator: ", ") : suggestion(for: written.string ?? "", among: kinds))
    return nil
  }

  mutating func grades(of kind: Rubric.Kind?) -> [Rubric.Grade]? {
    guard let written = fields["grades"] else {
      switch kind {
      case .passFail, .reference: return [Rubric.Grade(word: "pass", value: 1), Rubric.Grade(word: "fail", value: 0)]
      case .graded: refuse([], "a graded rubric needs 'grades'", help: "as in grades: {poor: 0, partial: 0.5, good: 1}")
      case .agreement: refuse([], "a rubric of agreement needs 'grades'", help: "as in grades: {other: 0, partly: 0.5, same: 1}")
      case nil: break
      }
      return nil
    }
    guard let object = written.object, !object.members.isEmpty else {
      refuse(["grades"], "'grades' needs a mapping from words to numbers, not \(described(written))")
      return nil
    }
    let before = problems.count
    let grades = object.members.compactMap { member in grade(member) }
    for (index, grade) in grades.enumerated() where grades[..<index].contains(where: { $0.word.lowercased() == grade.word.lowercased() }) {
      refuse(["grades", grade.word], "the grade '\(grade.word)' differs from another only in capitals")
    }
    if kind == .passFail, Set(grades.map(\.value)) != [0, 1] || grades.count != 2 {
      refuse(["grades"], "a pass-fail rubric has two grades, with the values 1 and 0", help: "write kind: graded for others")
    }
    // Equal answers count as 1 without being shown to the judge.
    if kind == .agreement, grades.count < 2 || !grades.contains(where: { $0.value == 1 }) {
      refuse(
        ["grades"], "a rubric of agreement needs a grade of 1, for the same, and one below", help: "as in {other: 0, partly: 0.5, same: 1}")
    }
    return problems.count == before ? grades : nil
  }

  private mutating func grade(_ member: JSONObject.Member) -> Rubric.Grade? {
    let path = ["grades", member.name]
    guard !member.name.isEmpty, sameBytes(visible(member.name), member.name), trimmed(member.name) == member.name,
      member.name.utf8.count <= 60
    else {
      refuse(path, "the grade \(quoted(member.name)) is no plain word")
      return nil
    }
    guard let value = member.value.double, value >= 0, value <= 1 else {
      refuse(path, "the grade '\(member.name)' is \(described(member.value)); it must be a number within 0 and 1")
      return nil
    }
    return Rubric.Grade(word: member.name, value: value)
  }

  mutating func pass(_ grades: [Rubric.Grade]?, kind: Rubric.Kind?) -> Double? {
    guard let grades else { return nil }
    guard let written = fields["pass"] else {
      if kind == .graded {
        refuse([], "a graded rubric needs 'pass', the least grade that passes")
        return nil
      }
      return 1
    }
    guard let pass = written.double, pass >= 0, pass <= 1 else {
      refuse(["pass"], "'pass' is \(described(written)); it must be a number within 0 and 1")
      return nil
    }
    if !grades.contains(where: { $0.value >= pass }) { refuse(["pass"], "'pass' is \(shown(pass)), above every grade: nothing could pass") }
    if !grades.contains(where: { $0.value < pass }) {
      refuse(["pass"], "'pass' is \(shown(pass)), and no grade is below: nothing could fail")
    }
    return pass
  }

  mutating func examples(_ grades: [Rubric.Grade]?, kind: Rubric.Kind?) -> [Rubric.Example]? {
    guard let written = fields["examples"], !written.isNull else { return [] }
    guard let list = written.array else {
      refuse(["examples"], "'examples' needs a list, not \(described(written))")
      return nil
    }
    let before = problems.count
    let examples = list.enumerated().compactMap { index, value in example(value, at: ["examples", String(index)], grades, kind) }
    return problems.count == before ? examples : nil
  }

  private mutating func example(_ value: JSON, at path: [String], _ grades: [Rubric.Grade]?, _ kind: Rubric.Kind?) -> Rubric.Example? {
    guard let object = value.object else {
      refuse(path, "an example needs a mapping with 'answer' and 'grade', not \(described(value))")
      return nil
    }
    let required = ["answer", "grade"] + (kind == .agreement ? ["other"] : [])
    refuseUnknown(object, known: required + ["input", "reason"], at: path)
    var texts: [String: String] = [:]
    for key in required + ["input", "reason"] {
      guard let field = object[key] else {
        if required.contains(key) { refuse(path, "the example has no '\(key)'") }
        continue
      }
      guard let text = field.string else {
        refuse(path + [key], "'\(key)' needs a text, not \(described(field))")
        continue
      }
      texts[key] = text
    }
    guard let answer = texts["answer"], let grade = texts["grade"], required.allSatisfy({ texts[$0] != nil }) else { return nil }
    if let grades, !grades.contains(where: { sameBytes($0.word, grade) }) {
      refuse(path + ["grade"], "'\(grade)' is no grade of this rubric", help: suggestion(for: grade, among: grades.map(\.word)))
    }
    return Rubric.Example(input: texts["input"], answer: answer, other: texts["other"], grade: grade, reason: texts["reason"] ?? "")
  }
}
