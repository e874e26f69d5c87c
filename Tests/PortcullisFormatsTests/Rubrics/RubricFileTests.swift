import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import Testing

struct RubricFileTests {
  private let good = """
    ---
    kind: graded
    grades: {poor: 0, good: 1}
    pass: 1
    examples:
      - {answer: yes it is, grade: good, reason: says so}
    ---
    Is it good?

    ---
    A rule in the body is body.
    """

  private func read(_ text: String) throws -> Rubric {
    let folder = try TestFolder()
    return try loadRubric(folder.project.file(given: folder.write("rubrics/helpful.md", text), limit: 1 << 20))
  }

  @Test(arguments: ["\n", "\r\n"]) func frontMatterAndBodyAreRead(_ lineEnd: String) throws {
    let rubric = try read(good.replacing("\n", with: lineEnd))
    #expect(rubric.name == "helpful")
    #expect(rubric.kind == .graded)
    #expect(rubric.grades.map(\.word) == ["poor", "good"])
    #expect(rubric.examples.map(\.answer) == ["yes it is"])
    #expect(rubric.body.hasPrefix("Is it good?"))
    #expect(rubric.body.hasSuffix("A rule in the body is body."))
  }

  @Test(arguments: [
    ("", "helpful.md:1:1: error: the rubric has no front matter"),
    ("---\nkind: graded\n", "helpful.md:1:1: error: the rubric has no front matter"),
    ("---\n---\nx\n", "helpful.md:1:1: error: the front matter is no mapping"),
    ("---\nkind: pass-fail\nkind: graded\n---\nx\n", "helpful.md:3:1: error: 'kind' is given twice; first in line 2"),
    ("---\nkind: pass-fial\n---\nx\n", "helpful.md:2:1: error: 'kind' is the text 'pass-fial', which is no kind of rubric"),
    ("---\nkind: pass-fail\n---\n\n", "helpful.md:2:1: error: the rubric has no body"),
    ("---\nkind: agreement\n---\nx\n", "helpful.md:2:1: error: a rubric of agreement needs 'grades'"),
    (
      "---\nkind: agreement\ngrades: {a: 0, b: 0.9}\n---\nx\n",
      "helpful.md:3:1: error: a rubric of agreement needs a grade of 1, for the same, and one below"
    ),
    (
      "---\nkind: agreement\ngrades: {a: 0, b: 1}\nexamples:\n  - {answer: x, grade: a}\n---\nx\n",
      "helpful.md:5:5: error: the example has no 'other'"
    ),
    (
      "---\nkind: pass-fail\nexamples:\n  - {answer: x, other: z, grade: pass}\n---\nx\n",
      "helpful.md:4:17: error: unknown key 'other'"
    ),
    (
      "---\nkind: graded\ngrades: {poor: 0, good: 1}\npass: 1\nexamples:\n  - answer: a\n    grade: gut\n---\nx\n",
      "helpful.md:7:5: error: 'gut' is no grade of this rubric"
    ),
  ])
  func badRubricsAreRefusedWithTheirPlace(_ row: (text: String, says: String)) throws {
    let folder = try TestFolder()
    let said = try folder.problems {
      _ = try loadRubric(folder.project.file(given: folder.write("rubrics/helpful.md", row.text), limit: 1 << 20))
    }
    #expect(said.map(firstLine) == ["rubrics/" + row.says])
  }
}
