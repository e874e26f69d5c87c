package import PortcullisCore

/// What is good and what is bad, in words for a judge: a file `rubrics/<name>.md` (formats.md §4).
package struct Rubric: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    case passFail = "pass-fail"
    case graded
    /// The answer is compared with the case's `expected`.
    case reference
    /// Two answers to one request are compared with each other: the case's `expected` stands for the first.
    case agreement
  }

  package struct Grade: Sendable, Hashable {
    package let word: String
    /// Within 0…1.
    package let value: Double
  }

  package struct Example: Sendable, Hashable {
    package let input: String?
    package let answer: String
    /// The other of two answers; of the kind `agreement` alone.
    package let other: String?
    /// One of the rubric's words.
    package let grade: String
    package let reason: String
  }

  package let name: String
  package let kind: Kind
  /// In the order written; at least one that passes and one that fails.
  package let grades: [Grade]
  /// Least value that passes.
  package let pass: Double
  package let examples: [Example]
  /// The Markdown below the front matter.
  package let body: String

  /// The value of a grade's word, compared by bytes: `Good` is not `good`.
  package func value(of word: String) -> Double? { grades.first { sameBytes($0.word, word) }?.value }

  package var json: JSON {
    .object([
      ("kind", .string(kind.rawValue)), ("grades", .array(grades.map { .array([.string($0.word), .double($0.value)]) })),
      ("pass", .double(pass)),
      ("examples", .array(examples.map(\.json))), ("body", .string(body)),
    ])
  }
}

extension Rubric.Example {
  fileprivate var json: JSON {
    .object(present: [
      ("input", input.map(JSON.string)), ("answer", .string(answer)), ("other", other.map(JSON.string)), ("grade", .string(grade)),
      ("reason", .string(reason)),
    ])
  }
}

/// What is wrong with a rubric, and at which key of its front matter.
package struct RubricProblem: Sendable, Hashable {
  /// Keys and indices from the top, as in `["examples", "0", "grade"]`; empty for the file as a whole.
  package let path: [String]
  package let diagnostic: Diagnostic
}

package struct RubricProblems: Error, Sendable {
  package let problems: [RubricProblem]
}
