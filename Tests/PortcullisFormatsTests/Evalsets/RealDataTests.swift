import Glibc
import PortcullisCore
import PortcullisFormats
import Testing

/// The checkout's root, symbolic links resolved.
private let root: String = {
  let file = #filePath
  guard let real = realpath(file, nil) else { return "" }
  defer { free(real) }
  return String(cString: real).split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }
}()

private func isAbsent(_ path: String) -> Bool { access(path, R_OK) != 0 }

struct RealDataTests {
  static let support = root + "/evalsets/support"
  static let corpora = root + "/../shared/corpora"

  @Test(.disabled(if: isAbsent(support), "no evalset of ours yet")) func ourOwnEvalsetIsClean() throws {
    let evalset = try loadEvalset(
      at: RealDataTests.support, project: ProjectFiles(root: root), golden: root + "/golden", today: "2026-09-01")
    #expect(evalset.warnings.map(\.description) == [])
    #expect(evalset.name == "support")
    #expect(evalset.count >= 40)
    #expect(evalset.behaviours.allSatisfy { evalset.counts.behaviours[$0.name, default: 0] >= $0.minCases })
    let all = try cases(of: evalset)
    #expect(all.count == evalset.count)
    #expect(all.contains { if case .template = $0.input { true } else { false } })
    #expect(evalset.golden.answers.keys.allSatisfy { id in all.contains { $0.id == id } })
    for name in ["production", "equal", "worse"] {
      let recordings = try loadRecordings(at: [root + "/recordings/support/\(name).jsonl"], project: ProjectFiles(root: root))
      #expect(recordings.recordings.count >= evalset.count)
      #expect(recordings.ignored.isEmpty)
    }
  }

  /// The counts are those of ../shared/corpora/gsm8k/KNOWN.json.
  @Test(.disabled(if: isAbsent(corpora + "/gsm8k/cases.jsonl"), "corpora absent")) func gsm8kIsReadAsItIs() throws {
    let folder = try TestFolder()
    let data = try ProjectFiles(root: "/").file(given: RealDataTests.corpora + "/gsm8k/cases.jsonl", limit: 64 << 20).readAll()
    try folder.write("gsm8k/cases.jsonl", data)
    try folder.write(
      "gsm8k/evalset.yaml",
      """
      cases: {file: cases.jsonl, fields: {expected: expected_answer}, ignore: [reference_solution]}
      defaults: {checks: [{numeric: {pattern: "A: *([-0-9.,]+)"}}]}
      """)
    let evalset = try folder.load("gsm8k")
    #expect(evalset.count == 1319)
    #expect(evalset.warnings == [])
    #expect(try cases(of: evalset).first?.expected == .string("18"))
    for name in ["6b_finetuning", "6b_verification"] {
      let recordings = try loadRecordings(at: [RealDataTests.corpora + "/gsm8k/outputs.\(name).jsonl"], project: folder.project)
      #expect(recordings.recordings.count == 1319)
      #expect(recordings.ignored.map(\.field) == ["recorded_correct"])
    }
  }
}
