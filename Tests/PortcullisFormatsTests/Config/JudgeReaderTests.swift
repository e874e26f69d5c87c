import PortcullisCore
import Testing

@testable import PortcullisFormats

private let rubric = ["r.md": "---\nkind: pass-fail\n---\nIt helps.\n"]

private func config(_ judge: String, family: String = "a") -> String {
  """
  targets:
    candidate: {provider: openai, model: m, family: \(family)}
    other: {provider: openai, model: o, family: b}
  judges:
    j: \(judge)

  """
}

@Test(arguments: [
  (
    "{target: nope, rubric: r.md}",
    """
    portcullis.yaml:5:15: error: there is no target 'nope'
      help: known here: candidate, other
    """
  ),
  (
    "{target: other, rubric: r.md, votes: 2, order: both, panel: [a], replay: json}",
    """
    portcullis.yaml:5:36: error: 'votes' is 2; it must be odd, so that no vote ends in a tie
    portcullis.yaml:5:46: error: 'order' is not available in this version
      help: it belongs to the kind 'pairwise', which comes later
    portcullis.yaml:5:59: error: 'panel' is not available in this version
      help: write 'votes' to ask one judge several times
    portcullis.yaml:5:71: error: unknown key 'replay' in judge 'j'
      help: did you mean 'reply'?
    """
  ),
  (
    "{rubric: nope.md}",
    """
    portcullis.yaml:5:6: error: judge 'j' has no 'target'
    portcullis.yaml:5:15: error: 'rubric' names 'nope.md': there is no such file
    """
  ),
  ("{target: {provider: openai}, rubric: r.md}", "portcullis.yaml:5:15: error: the target of judge 'j' has no 'model'"),
  ("{target: other, rubric: r.md, votes: 11}", "portcullis.yaml:5:43: error: 'votes' is 11; it must be from 1 to 9"),
])
func badJudgesAreRefusedInWords(row: (judge: String, says: String)) throws {
  #expect(try ConfigProject(config(row.judge), files: rubric).errors() == row.says)
}

@Test func troubleInARubricIsShownThere() throws {
  let project = try ConfigProject(config("{target: other, rubric: r.md}"), files: ["r.md": "---\nkind: passfail\n---\nIt helps.\n"])
  #expect(project.errors().hasPrefix("r.md:2:1: error: 'kind' is"))
}

@Test(arguments: [
  "{target: candidate, rubric: r.md", "{target: {provider: openai, model: m}, rubric: r.md",
  "{target: {provider: openai, model: x, family: a}, rubric: r.md",
])
func aJudgeOfItsOwnFamilyMustBeAllowed(judge: String) throws {
  let says = "the judge 'j' would grade its own model or family, as the candidate; models prefer their own answers"
  #expect(
    try ConfigProject(config(judge + "}"), files: rubric).errors() == """
      portcullis.yaml:5:3: error: \(says)
        help: name another judge, or write 'allow_own_family: true' to accept that
      """)
  #expect(
    try ConfigProject(config(judge + ", allow_own_family: true}"), files: rubric).warnings() == "portcullis.yaml:5:3: warning: \(says)")
  #expect(try ConfigProject(config("{target: other, rubric: r.md}"), files: rubric).warnings() == "")
}
