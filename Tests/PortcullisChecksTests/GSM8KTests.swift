import Foundation
import PortcullisCore
import Testing

@testable import PortcullisChecks

private let corpus = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
  .appending(path: "../../../shared/corpora/gsm8k").standardizedFileURL

private func rows(_ file: String) throws -> [JSON] {
  try String(contentsOf: corpus.appending(path: file), encoding: .utf8).split(separator: "\n").map { parsed(String($0)) }
}

/// Answers of two real systems, graded by the corpus's authors: the counts are those of its KNOWN.json.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: corpus.path), "the shared corpora are not here"))
struct GSM8KTests {
  @Test(arguments: [("outputs.6b_finetuning.jsonl", 286), ("outputs.6b_verification.jsonl", 515)])
  func numericGradesAsTheAuthorsDid(file: String, correct: Int) throws {
    let expected = try rows("cases.jsonl").map { ($0["id"]!.string!, $0["expected_answer"]!) }
    let cases = Dictionary(uniqueKeysWithValues: expected)
    var patterns = PatternCache(), passed = 0
    for row in try rows(file) {
      let id = try #require(row["id"]?.string)
      var one = subject([spec(#"{"numeric": {"pattern": "A: *([-0-9.,]+)"}}"#)])
      one.expected = cases[id]
      let checks = try CompiledChecks(compiling: one, judges: [:], patterns: &patterns)
      guard case .scored(let score) = checks.score(Answer(completion: Completion(text: row["output"]?.string)))[0] else { continue }
      let isRight = score.score == .pass
      #expect(isRight == row["recorded_correct"]?.bool, "\(id): \(score.score)")
      passed += isRight ? 1 : 0
    }
    #expect(passed == correct)
  }
}
